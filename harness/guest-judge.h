/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private to the guest module: from what was seen of a guest to how it ended. A
 * pure function, so that every order of events can be tested without a guest.
 */
#ifndef PAGEMETA_GUEST_JUDGE_H
#define PAGEMETA_GUEST_JUDGE_H

#include "console.h"
#include "guest.h"

#define GUEST_WHY_MAX 255

/** enum guest_cut - why the harness ended a guest that ran */
enum guest_cut {
	CUT_NONE,	/* it did not: QEMU ended by itself, or after trouble on the console */
	CUT_SILENCE,	/* nothing was heard for too long */
	CUT_DEADLINE,	/* it took too long in all */
	CUT_BED,	/* the test bed failed: memory limit, monitor, placement */
	CUT_CALLER,	/* guest_stop() */
};

/**
 * struct guest_facts - what was seen of a guest
 * @cut: why it was ended
 * @cut_end: for CUT_BED and CUT_CALLER: how it shall be called
 * @cut_why: for CUT_SILENCE and CUT_DEADLINE "no output for 60 s", else the reason
 * @killed: QEMU was killed by the harness, so @status says nothing
 * @status: of QEMU, as waitpid() gives it
 * @hello: the agent said hello
 * @end: the agent said END
 * @phase: what it did last, "" if it never said
 * @garbage: what was wrong with the port, "" for nothing
 * @unfinished: bytes of a frame that did not come to its end
 * @reset: QEMU says that the guest reset itself (and did not power off)
 * @looked: its memory was looked at when it had ended
 * @words: last words of QEMU on stderr, "" for none
 */
struct guest_facts {
	enum guest_cut cut;
	enum guest_end cut_end;
	char cut_why[GUEST_WHY_MAX + 1];
	bool killed;
	int status;
	bool hello;
	bool end;
	char phase[GUEST_WHY_MAX + 1];
	char garbage[GUEST_WHY_MAX + 1];
	size_t unfinished;
	bool reset;
	bool looked;
	char words[GUEST_WHY_MAX + 1];
};

/**
 * guest_judge() - how a guest ended
 * @facts: what was seen
 * @console: what the kernel said; console_end() was called
 * @ret_result: end, verdict and reason are set
 */
void guest_judge(const struct guest_facts *facts, const struct console *console,
		 struct guest_result *ret_result);

#endif
