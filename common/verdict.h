/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words a judgement is made of. They are never collapsed into one another:
 * a test bed that broke says nothing about the kernel, and a need that is not
 * met is not a failure.
 */
#ifndef PAGEMETA_VERDICT_H
#define PAGEMETA_VERDICT_H

/**
 * enum verdict - the outcome of a check or of a cell
 * @VERDICT_PASS: it held
 * @VERDICT_FAIL: a correctness check or a gate said no; also a kernel that
 *	panicked, oopsed, warned, tainted itself or hung
 * @VERDICT_BROKEN: the test bed failed (build, boot, protocol, disk)
 * @VERDICT_UNSUPPORTED: something the cell needs is not there
 * @VERDICT_INCONCLUSIVE: not enough evidence either way
 *
 * The values travel over the wire and stand in stored runs: append, never
 * renumber. They are not in order of severity; see verdict_worse().
 */
enum verdict {
	VERDICT_PASS = 0,
	VERDICT_FAIL = 1,
	VERDICT_BROKEN = 2,
	VERDICT_UNSUPPORTED = 3,
	VERDICT_INCONCLUSIVE = 4,
	VERDICT_NR,
};

/**
 * verdict_name() - the word that is printed and stored
 * @verdict: any value, also one that came from a guest
 *
 * Return: a static string, "invalid" for a value out of range.
 */
const char *verdict_name(enum verdict verdict);

/**
 * verdict_parse() - the verdict a word stands for
 * @name: a word as verdict_name() prints it
 * @ret_verdict: set on success
 *
 * Return: 0 or -EINVAL.
 */
int verdict_parse(const char *name, enum verdict *ret_verdict);

/**
 * verdict_worse() - the graver of two verdicts
 * @a: one
 * @b: the other
 *
 * Order from mild to grave: pass, unsupported, inconclusive, broken, fail.
 */
enum verdict verdict_worse(enum verdict a, enum verdict b);

#endif
