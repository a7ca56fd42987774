// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pages by the functions that allocated them, from what page_owner prints.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "page-owner.h"

#define ALLOC " get_page_from_freelist+0x10/0x20\n"

static const char *const beneath[] = { "memremap_pages", "__add_pages", NULL };
static const char *const except[] = { "allocate_slab", NULL };

static int read_text(const char *text, struct page_owners *owners)
{
	FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	int err = page_owners_read(file, beneath, except, owners);

	fclose(file);
	return err;
}

static struct page_owners *read_good(const char *text)
{
	struct page_owners *owners = malloc(sizeof(*owners));

	assert_non_null(owners);
	assert_int_equal(read_text(text, owners), 0);
	return owners;
}

static const char some[] =
	ALLOC " vmemmap_alloc_block+0x1/0x2\n memremap_pages+0x30/0x90\nnr_base_pages: 512\n\n"
	ALLOC " lazy_refill+0x1/0x2\n memremap_pages+0x40/0x90\nnr_base_pages: 16\n\n"
	ALLOC " allocate_slab+0x1/0x2\n memremap_pages+0x50/0x90\nnr_base_pages: 8\n\n"
	ALLOC " memremap_pages_not+0x1/0x2\nnr_base_pages: 4\n\n"
	ALLOC " __add_pages+0x1/0x2\nnr_base_pages: 2\n\n";

static void pages_beneath_are_added_up(void **state)
{
	struct page_owners *owners = read_good(some);

	(void)state;
	assert_int_equal(owners->nr, 3);
	assert_int_equal(owners->pages, 512 + 16 + 2);
	assert_string_equal(owners->stack[0].text,
			    "get_page_from_freelist < vmemmap_alloc_block < memremap_pages");
	free(owners);
}

static void growth_is_found_by_place(void **state)
{
	struct page_owners *before = read_good(some), *after;
	const struct page_owner_stack *most;
	uint64_t pages = 1;

	(void)state;
	assert_null(page_owners_most(before, before, &pages));
	assert_int_equal(pages, 0);
	/* The same functions, another place in one of them; less elsewhere does not hide it. */
	after = read_good(ALLOC " lazy_refill+0x1/0x2\n memremap_pages+0x44/0x90\nnr_base_pages: 3\n\n"
			  ALLOC " __add_pages+0x1/0x2\nnr_base_pages: 4\n\n");
	most = page_owners_most(before, after, &pages);
	assert_non_null(most);
	assert_int_equal(pages, 3);
	assert_string_equal(most->text, "get_page_from_freelist < lazy_refill < memremap_pages");
	free(before);
	free(after);
}

static void what_is_no_list_of_stacks_is_refused(void **state)
{
	struct page_owners *owners = malloc(sizeof(*owners));
	char *many = calloc(PAGE_OWNER_STACKS_MAX + 1, 64);

	(void)state;
	assert_non_null(owners);
	assert_non_null(many);
	assert_int_equal(read_text("junk\n", owners), -EBADMSG);
	assert_int_equal(read_text(" memremap_pages+0x1/0x2\n", owners), -EBADMSG);
	assert_int_equal(read_text(" memremap_pages+0x1/0x2\nnr_base_pages: many\n\n", owners),
			 -EBADMSG);
	for (int i = 0; i <= PAGE_OWNER_STACKS_MAX; i++)
		sprintf(many + strlen(many), " memremap_pages+%#x/0x2\nnr_base_pages: 1\n\n",
			(unsigned int)i);
	assert_int_equal(read_text(many, owners), -E2BIG);
	free(many);
	free(owners);
}

/* The text is cut where there is no room, not written past. */
static void a_deep_stack_fits(void **state)
{
	char deep[8192] = "";
	struct page_owners *owners;

	(void)state;
	for (int i = 0; i < 60; i++)
		strcat(deep, " a_function_of_the_kernel_with_a_long_name+0x1/0x2\n");
	strcat(deep, " memremap_pages+0x1/0x2\nnr_base_pages: 7\n\n");
	owners = read_good(deep);
	assert_int_equal(owners->pages, 7);
	assert_int_equal(strlen(owners->stack[0].text), PAGE_OWNER_TEXT_MAX - 1);
	free(owners);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_beneath_are_added_up),
		cmocka_unit_test(growth_is_found_by_place),
		cmocka_unit_test(what_is_no_list_of_stacks_is_refused),
		cmocka_unit_test(a_deep_stack_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
