/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prepares the guest that the checks of page metadata look at.
 */
#include "peekers-guest.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sysfs.h"
#include "workload.h"

#define PAGE 4096
#define CGROUPS "/tmp/cgroup"
#define CGROUP CGROUPS "/peekers"
#define FRAMES_MAX (1ull << 22)		/* 16 GiB: far more than the guest has */

const char *const peekers_guest_config[] = {
	"CONFIG_PROC_PAGE_MONITOR=y", "CONFIG_MEMCG=y", "CONFIG_IDLE_PAGE_TRACKING=y",
	"CONFIG_TRANSPARENT_HUGEPAGE=y", "CONFIG_HUGETLBFS=y", "CONFIG_KSM=y",
	"CONFIG_SECRETMEM=y", "CONFIG_SHMEM=y", "CONFIG_MEMFD_CREATE=y", "CONFIG_BLK_DEV_RAM=y",
	"CONFIG_DEVMEM=y", "CONFIG_SLUB_DEBUG=y", "CONFIG_MEMORY_FAILURE=y",
	"CONFIG_MEMORY_HOTREMOVE=y", "CONFIG_ARCH_MEMORY_PROBE=y", "CONFIG_X86_PMEM_LEGACY=y",
	"CONFIG_BLK_DEV_PMEM=y", "CONFIG_ACPI_NFIT=y", "CONFIG_DEV_DAX_PMEM=y",
	"CONFIG_PROC_KCORE=y", "CONFIG_DEBUG_FS=y", "CONFIG_VIRTIO_BALLOON=y", "CONFIG_ZSWAP=y",
	"CONFIG_ZSMALLOC=y", "CONFIG_ZBUD=y", "CONFIG_COMPACTION=y", "CONFIG_GUP_TEST=y", NULL
};

static int make_folder(struct run *run, const char *path)
{
	if (mkdir(path, 0700) && errno != EEXIST)
		return run_error(run, -errno, "mkdir %s: %s", path, strerror(errno));
	return 0;
}

static int enter_cgroup(struct peekers_guest *guest, struct run *run)
{
	struct stat st;
	int err;

	err = make_folder(run, CGROUPS);
	if (err)
		return err;
	if (mount("cgroup2", CGROUPS, "cgroup2", 0, NULL))
		return run_error(run, -errno, "mount cgroup2 at " CGROUPS ": %s", strerror(errno));
	err = sysfs_write(CGROUPS "/cgroup.subtree_control", "+memory");
	if (err)
		return run_error(run, err, CGROUPS "/cgroup.subtree_control: write +memory: %s",
				 strerror(-err));
	err = make_folder(run, CGROUP);
	if (err)
		return err;
	err = sysfs_write(CGROUP "/cgroup.procs", "0");
	if (err)
		return run_error(run, err, CGROUP "/cgroup.procs: write 0: %s", strerror(-err));
	if (stat(CGROUP, &st))
		return run_error(run, -errno, CGROUP ": stat: %s", strerror(errno));
	guest->cgroup = st.st_ino;
	return 0;
}

static int bind_nvdimm(struct peekers_guest *guest, struct run *run)
{
	struct nd_region region;
	int err = nd_region_find(run, PEEKERS_NVDIMM_BYTES, &region);

	if (!err)
		err = nd_device_new(run, &region, ND_PFN, 2u << 20, &guest->nvdimm);
	if (err)
		return err;
	err = nd_device_bind(&guest->nvdimm);
	return err ? run_error(run, err, "%s: bind: %s", guest->nvdimm.name, strerror(-err)) : 0;
}

int peekers_guest_enter(struct peekers_guest *guest, struct run *run)
{
	const char *path = "";
	int err;

	memset(guest, 0, sizeof(*guest));
	err = kpage_open(&guest->kpage, &path);
	if (err)
		return run_error(run, err, "%s: open: %s", path, strerror(-err));
	err = bind_nvdimm(guest, run);
	if (err)
		return err;
	return enter_cgroup(guest, run);
}

void peekers_guest_leave(struct peekers_guest *guest)
{
	if (guest->words)
		munmap(guest->words, guest->nr * sizeof(*guest->words));
	guest->words = NULL;
	kpage_close(&guest->kpage);
	/* What every boot checks tells the memmap of RAM from that of devices only so. */
	if (guest->nvdimm.name[0]) {
		nd_device_unbind(&guest->nvdimm);
		nd_device_free(&guest->nvdimm);
	}
	sysfs_write(CGROUPS "/cgroup.procs", "0");
	rmdir(CGROUP);
	umount(CGROUPS);
}

/* The file ends where the memmap does: at the last page frame that can be asked for. */
static uint64_t count_frames(const struct kpage *kpage)
{
	uint64_t low = 0, high = FRAMES_MAX, middle, word;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (kpage_read(kpage, KPAGE_FLAGS, middle, &word, 1) == 1)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

uint64_t *peekers_guest_map(struct peekers_guest *guest, struct run *run, uint64_t *ret_nr)
{
	void *words;

	if (!guest->words) {
		guest->nr = count_frames(&guest->kpage);
		words = mmap(NULL, guest->nr * sizeof(*guest->words), PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
		if (words == MAP_FAILED) {
			run_error(run, -errno, "no memory for the words of %llu page frames",
				  (unsigned long long)guest->nr);
			return NULL;
		}
		guest->words = words;
	}
	*ret_nr = guest->nr;
	return guest->words;
}

/* The file is only made where page_owner=on took effect. */
bool peekers_guest_owners(void)
{
	return !access("/sys/kernel/debug/page_owner", F_OK);
}

int peekers_guest_read(const struct peekers_guest *guest, struct run *run, enum kpage_file file,
		       uint64_t pfn, uint64_t *words, uint64_t nr)
{
	int64_t got = kpage_read(&guest->kpage, file, pfn, words, nr);

	if (got < 0)
		return run_error(run, (int)got, "%s: read: %s", kpage_file_name(file),
				 strerror((int)-got));
	if ((uint64_t)got != nr)
		return run_error(run, -EIO, "%s: %lld words from frame 0x%llx on, %llu are expected",
				 kpage_file_name(file), (long long)got, (unsigned long long)pfn,
				 (unsigned long long)nr);
	return 0;
}
