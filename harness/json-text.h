/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text of others for JSON, and figures that may be none.
 */
#ifndef PAGEMETA_JSON_TEXT_H
#define PAGEMETA_JSON_TEXT_H

#include <jansson.h>

/**
 * json_text() - a string of any bytes
 *
 * JSON is UTF-8, and what a guest says or a file is called need not be: in a text that is
 * none, every byte beyond ASCII becomes '?'.
 */
json_t *json_text(const char *bytes);

/** json_number() - a real; null for one that could not be had (NaN, infinite) */
json_t *json_number(double value);

#endif
