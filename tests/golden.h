/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Outputs are held against files in tests/golden, so that a change of what
 * people see is seen in review.
 */
#ifndef PAGEMETA_TESTS_GOLDEN_H
#define PAGEMETA_TESTS_GOLDEN_H

/**
 * golden_check() - fail the running test unless @text is what the file holds
 * @name: file in tests/golden
 * @text: what was printed
 *
 * Prints a diff. With PAGEMETA_GOLDEN_UPDATE=1 in the environment the file is
 * written instead; look at it before it is committed.
 */
void golden_check(const char *name, const char *text);

#endif
