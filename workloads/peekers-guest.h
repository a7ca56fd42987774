/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest that the checks of page metadata look at: RAM with reserved parts, a
 * piece of persistent memory in its midst and a block that is not there yet, and a
 * cgroup of its own for the process.
 */
#ifndef PAGEMETA_PEEKERS_GUEST_H
#define PAGEMETA_PEEKERS_GUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "kpage.h"
#include "nd-region.h"

struct run;

/*
 * A section is 128 MiB, a subsection 2 MiB:
 *
 *	  0 MiB  RAM
 *	161 MiB  1 MiB reserved: shares its subsection with RAM
 *	164 MiB  4 MiB reserved: two whole subsections
 *	192 MiB  64 MiB persistent memory, shares its section with RAM
 *	256 MiB  128 MiB reserved: a whole section, for a block that is added later
 *	384 MiB  RAM up to 512 MiB
 *
 * A balloon takes 4 MiB of the RAM, wherever they are free.
 *
 * And an NVDIMM of another size behind all of it, where the per-page files end before:
 * 6.12.117 does not count it into max_pfn (add_pages() of arch/x86/mm/init_64.c).
 */
#define PEEKERS_MEM_MIB 512
#define PEEKERS_RESERVED (161ull << 20)
#define PEEKERS_HOLE (164ull << 20)
#define PEEKERS_HOLE_BYTES (4ull << 20)
#define PEEKERS_PMEM (192ull << 20)
#define PEEKERS_PMEM_BYTES (64ull << 20)
#define PEEKERS_BLOCK (256ull << 20)
#define PEEKERS_BLOCK_BYTES (128ull << 20)
#define PEEKERS_NVDIMM_BYTES (256ull << 20)
#define PEEKERS_BALLOON_MIB 4
#define PEEKERS_CMDLINE	\
	"memmap=1M$161M memmap=4M$164M memmap=64M!192M memmap=128M$256M page_owner=on brd.rd_nr=2"

/** peekers_guest_config - kernel options, for struct workload_needs */
extern const char *const peekers_guest_config[];

/**
 * struct peekers_guest - what is set up
 * @kpage: the per-page files
 * @cgroup: inode of the cgroup that the process is in
 * @words: room for a word of each page frame, NULL before it is asked for
 * @nr: page frames, up to the end of /proc/kpageflags
 * @nvdimm: bound: it has struct pages. No name before peekers_guest_enter()
 */
struct peekers_guest {
	struct kpage kpage;
	uint64_t cgroup;
	uint64_t *words;
	uint64_t nr;
	struct nd_device nvdimm;
};

/**
 * peekers_guest_enter() - open the files, bind the NVDIMM, enter a cgroup
 * @guest: filled; peekers_guest_leave() undoes it, also after a failure
 * @run: gets the reason of a failure
 */
int peekers_guest_enter(struct peekers_guest *guest, struct run *run);
void peekers_guest_leave(struct peekers_guest *guest);

/**
 * peekers_guest_map() - room for a word of each page frame, touched already
 * @guest: entered
 * @run: gets the reason of a failure
 * @ret_nr: page frames
 *
 * Return: the words, owned by @guest and the same each time; NULL on failure.
 */
uint64_t *peekers_guest_map(struct peekers_guest *guest, struct run *run, uint64_t *ret_nr);

/**
 * peekers_guest_owners() - whether this kernel records who allocated each page
 *
 * 6.12.117 cannot take a page out of use and back then: soft offline marks a page
 * before it drops the last reference (page_handle_poison()), so that freeing it counts
 * its stack down (free_pages_prepare()), and giving it back frees it once more and
 * counts once more. At 0 the next user of that stack warns in depot_fetch_stack().
 */
bool peekers_guest_owners(void);

/** peekers_guest_read() - read @nr words of a file from frame @pfn. Return: 0 or -errno */
int peekers_guest_read(const struct peekers_guest *guest, struct run *run, enum kpage_file file,
		       uint64_t pfn, uint64_t *words, uint64_t nr);

#endif
