/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Check dax-fail: memory runs out while a namespace is bound. Allocation after allocation
 * of the bind is made to fail, alone or with all that follow; whatever was done by then
 * has to be undone, and the namespace can be bound as if nothing had been.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "content.h"
#include "dax-private.h"
#include "fail-alloc.h"
#include "job.h"
#include "kmemleak.h"
#include "page-owner.h"
#include "run.h"

#define NVDIMM_MIB 256	/* two sections: one is there when the other fails */
#define ALLOCATIONS_MAX 20000	/* of a bind; one of 256 MiB makes up to 260 beneath a part */
#define HELD_PAGES 16	/* that hold data in the first section, and as many in the last */
#define LAST_BYTES (64u << 20)	/* from there to the end of the device */

/** struct form - what the namespace becomes */
struct form {
	const char *name;
	enum nd_kind kind;
	uint64_t align;
};

static const struct form forms[] = {
	{ "fsdax", ND_PFN, DAX_PMD },
	{ "devdax-4K", ND_DAX, DAX_PAGE },
	{ "devdax-2M", ND_DAX, DAX_PMD },
};

/**
 * struct part - a part of the bind
 * @where: its allocations
 * @sections: adds sections: tried where the variant says that failures there are undone
 *
 * What is in neither are page tables of the direct map: 6.12 takes for granted that it
 * gets them (alloc_low_page() of arch/x86/mm/init.c), and dereferences NULL.
 */
struct part {
	struct fail_where where;
	bool sections;
};

static const struct part parts[] = {
	{ { "memremap_pages", "arch_add_memory" }, false },
	{ { "__add_pages", NULL }, true },
};

/*
 * KFENCE takes an object now and then, in memory that is reserved: 6.12 takes the usage
 * of such a section for one of boot memory and keeps it (section_deactivate()). After
 * some binds there would be nothing left to fail.
 */
#define CMDLINE "page_owner=on kfence.sample_interval=0"

/*
 * Whose pages a bind takes; test_hmm of debug.config has had some since boot. The
 * other functions are for stacks of which the kernel did not keep the first.
 */
static const char *const owners_beneath[] = { "memremap_pages", "__add_pages",
					      "__populate_section_memmap", NULL };

/* What these took serves others, and later ones; kmemleak looks after objects of slabs. */
static const char *const owners_except[] = { "allocate_slab", "stack_depot_save_flags",
					     "pcpu_populate_chunk", NULL };

/**
 * struct fail_cell - this cell
 * @dax: run and region, for what is shared with workload dax
 * @fail: of this thread
 * @device: the namespace in its present form
 * @maker: what the device holds
 * @before: pages of a bind, before a sweep
 * @after: and after it
 */
struct fail_cell {
	struct dax dax;
	struct fail_alloc fail;
	struct nd_device device;
	struct content_maker *maker;
	struct page_owners before;
	struct page_owners after;
};

/**
 * struct sweep - one allocation after the other fails
 * @form: of the namespace
 * @part: of the bind
 * @onwards: all that follow fail as well
 * @labels: of its checks
 * @start: before it
 * @failed: binds that failed
 * @survived: binds that did not for all that
 * @bad: the first bind that left something, from 1; 0: none
 * @what: what it left
 */
struct sweep {
	const struct form *form;
	const struct part *part;
	bool onwards;
	char labels[96];
	struct dax_metadata start;
	unsigned int failed;
	unsigned int survived;
	unsigned int bad;
	char what[256];
};

static int step_error(struct fail_cell *cell, const char *what, int err)
{
	return err ? run_error(cell->dax.run, err, "%s: %s: %s", cell->device.name, what,
			       strerror(-err)) : 0;
}

static int unbind(struct fail_cell *cell)
{
	return step_error(cell, "unbind", nd_device_unbind(&cell->device));
}

static int open_node(const struct fail_cell *cell, const struct form *form)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), form->kind == ND_PFN ? "/dev/pmem%u" : "/dev/dax%u.0",
		 cell->dax.region.id);
	fd = open(path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* --- data, through page tables and struct pages of the first section and the last --- */

static int with_place(struct fail_cell *cell, const struct form *form, int fd, unsigned int place,
		      bool verify, unsigned int *wrong)
{
	off_t offset = place ? (off_t)(cell->dax.region.bytes - LAST_BYTES) : 0;
	unsigned int page;
	uint8_t *at;
	int err = 0;

	at = mmap(NULL, DAX_PMD, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
	if (at == MAP_FAILED)
		return step_error(cell, "mmap", -errno);
	for (page = 0; page < HELD_PAGES; page++) {
		uint64_t number = (uint64_t)place << 32 | (uint64_t)form->kind << 16 | page;

		if (!verify)
			content_fill(cell->maker, number, at + page * DAX_PAGE);
		else
			*wrong += content_differs(cell->maker, number, at + page * DAX_PAGE) >= 0;
	}
	/* A block device is mapped by way of the page cache. */
	if (form->kind == ND_PFN && msync(at, DAX_PMD, MS_SYNC))
		err = step_error(cell, "msync", -errno);
	munmap(at, DAX_PMD);
	return err;
}

static int with_data(struct fail_cell *cell, const struct form *form, bool verify,
		     unsigned int *wrong)
{
	unsigned int place;
	int fd = open_node(cell, form), err = 0;

	if (fd < 0)
		return step_error(cell, "open its device", fd);
	for (place = 0; place < 2 && !err; place++)
		err = with_place(cell, form, fd, place, verify, wrong);
	close(fd);
	return err;
}

/* Bound: what is written is there after another bind. Not bound any more afterwards. */
static int hold_data(struct fail_cell *cell, const struct form *form, unsigned int *wrong)
{
	int err = with_data(cell, form, false, wrong);

	if (!err)
		err = unbind(cell);
	if (!err)
		err = step_error(cell, "bind", nd_device_bind(&cell->device));
	if (!err)
		err = with_data(cell, form, true, wrong);
	return err ? err : unbind(cell);
}

/* --- what a bind left --- */

static int read_owners(struct fail_cell *cell, struct page_owners *owners)
{
	int err = page_owners_load(owners_beneath, owners_except, owners);

	return err ? run_error(cell->dax.run, err, PAGE_OWNER_STACKS ": %s", strerror(-err)) : 0;
}

/* What costs little to read and is exact; the rest is looked at after the sweep. */
static int compare_counters(struct fail_cell *cell, struct sweep *sweep, unsigned int nr)
{
	struct dax_metadata now = { 0 };
	int err = dax_metadata_counters(cell->dax.run, &now);

	if (err || sweep->bad)
		return err;
	if (now.memmap_pages == sweep->start.memmap_pages &&
	    now.descriptor_pages == sweep->start.descriptor_pages &&
	    now.described == sweep->start.described &&
	    now.lazy.bytes == sweep->start.lazy.bytes &&
	    now.lazy.populated == sweep->start.lazy.populated &&
	    now.lazy.shared == sweep->start.lazy.shared)
		return 0;
	sweep->bad = nr;
	snprintf(sweep->what, sizeof(sweep->what), "nr_memmap_pages is off by %" PRId64
		 ", descriptors by %" PRId64 " pages, lazily populated: %" PRId64 " B, %" PRId64
		 " pages, %" PRId64 " shared",
		 (int64_t)(now.memmap_pages - sweep->start.memmap_pages),
		 (int64_t)(now.descriptor_pages - sweep->start.descriptor_pages),
		 (int64_t)(now.lazy.bytes - sweep->start.lazy.bytes),
		 (int64_t)(now.lazy.populated - sweep->start.lazy.populated),
		 (int64_t)(now.lazy.shared - sweep->start.lazy.shared));
	return 0;
}

/*
 * dax_pmem makes a device and leaves it to another driver to bind it, whose failure is
 * nobody's: the device is there and cannot be opened.
 */
static bool came_up(const struct fail_cell *cell, const struct form *form)
{
	int fd = open_node(cell, form);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* --- a sweep --- */

/* Return: 1 when no allocation failed, as the bind made fewer; 0 or -errno. */
static int bind_once(struct fail_cell *cell, struct sweep *sweep, unsigned int nth)
{
	bool injected = false;
	int bound, err;

	err = fail_alloc_arm(&cell->fail, nth, sweep->onwards);
	if (err)
		return step_error(cell, "fail-nth", err);
	bound = nd_device_bind(&cell->device);
	err = fail_alloc_disarm(&cell->fail, &injected);
	if (err)
		return step_error(cell, "fail-nth", err);
	if (!injected)
		return bound ? step_error(cell, "bind after others failed", bound) : 1;
	if (bound || !came_up(cell, sweep->form))
		sweep->failed++;
	else
		sweep->survived++;
	if (bound && bound != -ENOMEM && !sweep->bad) {
		sweep->bad = nth;
		snprintf(sweep->what, sizeof(sweep->what), "it failed with '%s'", strerror(-bound));
	}
	if (!bound)
		err = unbind(cell);
	return err ? err : compare_counters(cell, sweep, nth);
}

static void check_undone(struct fail_cell *cell, const struct sweep *sweep, unsigned int binds)
{
	uint64_t more = 0;
	const struct page_owner_stack *most = page_owners_most(&cell->before, &cell->after, &more);
	bool right = !sweep->bad && sweep->failed && !most &&
		     cell->after.pages == cell->before.pages;

	run_check(cell->dax.run, "failed-bind-undone", sweep->labels,
		  right ? VERDICT_PASS : VERDICT_FAIL,
		  "%u binds, of which the allocations %s no. 1 to %u beneath %s() failed: %u failed (must be some), %u did not; bind %u left something (must be 0)%s%s; pages allocated beneath memremap_pages(): %" PRIu64
		  " before, %" PRIu64 " after (must be as many)%s%s",
		  binds, sweep->onwards ? "from" : "just", binds, sweep->part->where.beneath,
		  sweep->failed, sweep->survived, sweep->bad, sweep->bad ? ": " : "", sweep->what,
		  cell->before.pages, cell->after.pages, most ? ", most of them by " : "",
		  most ? most->text : "");
}

/* Nothing failed in the last bind: it is the next one after those that did. */
static int after_sweep(struct fail_cell *cell, struct sweep *sweep, int bound)
{
	unsigned int wrong = 0;
	int err = bound == 1 ? hold_data(cell, sweep->form, &wrong) : bound;

	run_check(cell->dax.run, "binds-again", sweep->labels,
		  err || wrong ? VERDICT_FAIL : VERDICT_PASS,
		  "the next bind, another one and what the device holds: %s; %u of %d pages differ from what was written, must be 0",
		  err ? strerror(-err) : "no error", wrong, 2 * HELD_PAGES);
	return err;
}

static int sweep_run(struct fail_cell *cell, struct sweep *sweep, bool first)
{
	struct dax_metadata end;
	unsigned int nth;
	int bound = 0, owners, err;

	err = read_owners(cell, &cell->before);
	if (!err)
		err = dax_metadata_read(cell->dax.run, &sweep->start);
	if (!err)
		err = fail_alloc_where(cell->dax.run, &sweep->part->where);
	if (err)
		return err;
	for (nth = 1; !bound && !sweep->bad && nth <= ALLOCATIONS_MAX; nth++) {
		run_phase(cell->dax.run, "%s, allocation %u", sweep->labels, nth);
		bound = bind_once(cell, sweep, nth);
	}
	/* After the first that left something the next one tells whether it matters. */
	if (!bound) {
		bound = nd_device_bind(&cell->device);
		bound = bound ? bound : 1;
	}
	err = after_sweep(cell, sweep, bound);
	if (!err)
		err = dax_metadata_read(cell->dax.run, &end);
	if (!err)
		dax_check_returned(cell->dax.run, sweep->labels, &sweep->start, &end, first);
	owners = read_owners(cell, &cell->after);
	if (!owners)
		check_undone(cell, sweep, sweep->failed + sweep->survived);
	return err ? err : owners;
}

/* What a variant says of failures while sections are added; baseline/variant.ini has why. */
static bool tried(const struct fail_cell *cell, const struct part *part)
{
	return !part->sections || strcmp(run_job(cell->dax.run)->failed_bind, "kept");
}

static int sweep_parts(struct fail_cell *cell, const struct form *form)
{
	bool first = true;
	size_t i;
	int onwards, err = 0;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		for (onwards = 0; onwards < 2 && !err && tried(cell, &parts[i]); onwards++) {
			struct sweep sweep = { .form = form, .part = &parts[i], .onwards = onwards };

			snprintf(sweep.labels, sizeof(sweep.labels), "as=%s,beneath=%s,fail=%s",
				 form->name, parts[i].where.beneath, onwards ? "onwards" : "one");
			err = sweep_run(cell, &sweep, first);
			first = false;
		}
	return err;
}

/* The first bind of all leaves what stays for good. */
static int run_form(struct fail_cell *cell, const struct form *form)
{
	unsigned int wrong = 0;
	int err = nd_device_new(cell->dax.run, &cell->dax.region, form->kind, form->align,
				&cell->device);

	if (!err)
		err = step_error(cell, "bind", nd_device_bind(&cell->device));
	if (!err)
		err = hold_data(cell, form, &wrong);
	if (!err)
		err = sweep_parts(cell, form);
	return err ? err : step_error(cell, "free", nd_device_free(&cell->device));
}

static int run_forms(struct fail_cell *cell)
{
	size_t i;
	int err = nd_region_find(cell->dax.run, (uint64_t)NVDIMM_MIB << 20, &cell->dax.region);

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]) && !err; i++)
		err = run_form(cell, &forms[i]);
	return err ? err : kmemleak_check(cell->dax.run);
}

static int dax_fail_run(struct run *run)
{
	struct fail_cell *cell = calloc(1, sizeof(*cell));
	int err;

	if (!cell)
		return run_error(run, -ENOMEM, "no memory for stacks of page_owner");
	cell->dax.run = run;
	cell->maker = content_maker_new(CONTENT_RANDOM, run_seed(run));
	if (!cell->maker) {
		free(cell);
		return run_error(run, -ENOMEM, "no memory for what the device holds");
	}
	err = fail_alloc_open(run, &cell->fail);
	if (!err) {
		err = run_forms(cell);
		fail_alloc_close(&cell->fail);
	}
	content_maker_free(cell->maker);
	free(cell);
	return err;
}

static const char *const dax_fail_checks[] = {
	"failed-bind-undone", "binds-again", "metadata-returns", "kmemleak", NULL
};

static const char *const dax_fail_config[] = {
	FAIL_ALLOC_CONFIG, "CONFIG_PAGE_OWNER=y", "CONFIG_DEBUG_KMEMLEAK=y", "CONFIG_ACPI_NFIT=y",
	"CONFIG_BLK_DEV_PMEM=y", "CONFIG_NVDIMM_PFN=y", "CONFIG_NVDIMM_DAX=y",
	"CONFIG_DEV_DAX_PMEM=y", "CONFIG_PTDUMP_DEBUGFS=y", NULL
};

const struct workload workload_dax_fail = {
	.name = "dax-fail",
	.help = "memory runs out while persistent memory is bound: nothing is left of it",
	.about = "A namespace is bound again and again, as a block device and as a character device of "
		 "4 KiB and of 2 MiB. In the first bind the first allocation fails, in the second the "
		 "second one, until a bind makes fewer; once that allocation alone and once all from "
		 "there on, since most of what takes 2 MiB tries 4 KiB next. Some binds fail and some "
		 "do not for all that; both are counted.\n\n"
		 "`failed-bind-undone`: after each of them `nr_memmap_pages` and the counters of "
		 "`kernels/lazy-vmemmap` are what they were, and after all of them so are the pages "
		 "that page_owner knows to be allocated beneath `memremap_pages()`, to the page. "
		 "`binds-again`: the next bind succeeds, and what is written is there after another "
		 "one. `metadata-returns`: free memory and page tables, after that. `kmemleak`: no "
		 "object was forgotten.\n\n"
		 "What fails: allocations of `memremap_pages()` itself, and those made while sections "
		 "are added (`__add_pages()`) where `failed_bind` of `variant.ini` is not `kept`. "
		 "Page tables of the direct map never do: 6.12 does not ask whether it got them.",
	.kind = WORKLOAD_CHECK,
	.debug = true,
	.needs = { .config = dax_fail_config, .cmdline = CMDLINE, .mem_mib = 512, .cpus = 1, .nodes = 1,
		   .pmem_mib = NVDIMM_MIB },
	.checks = dax_fail_checks,
	.deadline_s = 120,
	.run = dax_fail_run,
};
