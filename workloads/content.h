/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Contents of pages, made from a seed and the number of the page, so that every
 * byte can be made again later and compared.
 */
#ifndef PAGEMETA_CONTENT_H
#define PAGEMETA_CONTENT_H

#include <stdint.h>

#define CONTENT_PAGE 4096

/**
 * enum content - what a page is filled with
 * @CONTENT_SAME: one 64-bit word repeated, other than 0 (pages of zeroes take a
 *	path of their own in 6.12: swap's zeromap, mm/page_io.c)
 * @CONTENT_TEXT: words of a made-up language, some far more frequent than
 *	others; shrinks to between a half and a third
 * @CONTENT_RANDOM: bytes of a random number generator, cannot be compressed
 */
enum content { CONTENT_SAME, CONTENT_TEXT, CONTENT_RANDOM, CONTENT_NR };

/** content_name() - "same", "text" or "random" */
const char *content_name(enum content content);

struct content_maker;

/**
 * content_maker_new() - something that makes pages
 * @content: which class
 * @seed: equal seeds make equal pages
 *
 * Return: the maker, freed with content_maker_free(); NULL without memory.
 */
struct content_maker *content_maker_new(enum content content, uint64_t seed);
void content_maker_free(struct content_maker *maker);

/**
 * content_fill() - fill a page
 * @maker: made before
 * @index: number of the page; pages of different numbers differ
 * @page: CONTENT_PAGE bytes
 */
void content_fill(struct content_maker *maker, uint64_t index, void *page);

/**
 * content_differs() - compare a page with what it was filled with
 * @maker: made before
 * @index: number of the page
 * @page: CONTENT_PAGE bytes
 *
 * Return: -1 when every byte is right, else the offset of the first wrong one.
 */
int content_differs(struct content_maker *maker, uint64_t index, const void *page);

#endif
