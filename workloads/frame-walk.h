/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everybody who can be asked about page frames is asked about all of them: the per-page
 * files, the idle bitmap, and the memmap itself through /proc/kcore.
 */
#ifndef PAGEMETA_FRAME_WALK_H
#define PAGEMETA_FRAME_WALK_H

#include <stddef.h>
#include <stdint.h>

#include "kpage.h"
#include "ram-map.h"
#include "swap-pages.h"

#define FRAME_WALK_DEVICES 2

/**
 * struct frame_walk - what is walked, and what was seen
 * @nr: frames from 0 on
 * @ram: of which nothing comes or goes meanwhile; NULL: nothing is judged of RAM
 * @device: frames of whole sections of device memory, bound or not
 * @verdict: of the words about frames of @ram and @device
 *
 * pfn_to_online_page() knows no device memory, whoever asks: kpageflags says nopage and
 * nothing else, the others say 0. And RAM is there.
 */
struct frame_walk {
	uint64_t nr;
	const struct ram_map *ram;
	struct {
		uint64_t start;
		uint64_t end;
	} device[FRAME_WALK_DEVICES];
	struct swap_verdict verdict;
};

/** frame_walk_files() - the files of /proc. Return: 0 or -errno */
int frame_walk_files(struct frame_walk *walk, const struct kpage *kpage);

/** frame_walk_idle() - mark all frames idle, and read the marks. Return: 0 or -errno */
int frame_walk_idle(struct frame_walk *walk);

/**
 * frame_walk_raw() - read the memmap through /proc/kcore
 * @walk: judges where the memmap of each section lies: 6.12 has them side by side
 *
 * Return: 0, -EOPNOTSUPP where VMCOREINFO does not describe struct page, or -errno.
 */
int frame_walk_raw(struct frame_walk *walk);

#endif
