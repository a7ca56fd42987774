/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The instructions that mark, one for each code, each in a function of its own: the
 * code cannot be an operand, because the plugin sees instructions and no registers.
 */
#include "traffic-mark.h"

#define TEXT(x) #x
#define NUMBER(x) TEXT(x)

/* Eight bytes each: the NOP and a return. NR is TRAFFIC_CODES, which only C can add up. */
#define FUNCTION_BYTES 8
#define NR 291

_Static_assert(NR == TRAFFIC_CODES, "one function for each code");

__asm__(".pushsection .text, \"ax\", @progbits\n"
	".balign " NUMBER(FUNCTION_BYTES) "\n"
	"traffic_mark_functions:\n"
	".set traffic_mark_code, 0\n"
	".rept " NUMBER(NR) "\n"
	".byte 0x0f, 0x1f, 0x80\n"
	".long " NUMBER(TRAFFIC_MAGIC) " + traffic_mark_code\n"
	"ret\n"
	".set traffic_mark_code, traffic_mark_code + 1\n"
	".endr\n"
	".popsection\n");

extern const char traffic_mark_functions[] __attribute__((visibility("hidden")));

void traffic_mark(unsigned int code)
{
	void (*function)(void) = (void (*)(void))
		((uintptr_t)traffic_mark_functions + code * FUNCTION_BYTES);

	function();
}

static void mark_number(uint64_t number, unsigned int bytes)
{
	for (; bytes--; number >>= 8)
		traffic_mark(TRAFFIC_BYTE + (number & 0xff));
}

void traffic_mark_range(enum traffic_class class, unsigned int page_shift, uint64_t start,
			uint64_t bytes)
{
	mark_number(class, 1);
	mark_number(page_shift, 1);
	mark_number(start, 8);
	mark_number(bytes, 8);
	traffic_mark(TRAFFIC_RANGE);
}
