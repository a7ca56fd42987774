/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zswap's parameters. A kernel that does not know a compressor or a pool quietly
 * falls back to another, so each is read back.
 */
#include "zswap-setup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "job.h"
#include "swap-device.h"
#include "sysfs.h"
#include "workload.h"

#define PARAMETERS "/sys/module/zswap/parameters/"
#define SLACK_PAGES 4096	/* swap slots that caches per CPU hold back */

const char *const zswap_compressors[] = { "lzo", "lz4", "zstd", NULL };
const char *const zswap_pools[] = { "zsmalloc", "zbud", "z3fold", NULL };

#define CONFIG_COMMON									\
	"CONFIG_SWAP=y", "CONFIG_ZSWAP=y", "CONFIG_ZSMALLOC=y", "CONFIG_ZBUD=y",	\
	"CONFIG_CRYPTO_LZO=y", "CONFIG_CRYPTO_LZ4=y", "CONFIG_CRYPTO_ZSTD=y",		\
	"CONFIG_BLK_DEV_RAM=y", "CONFIG_DEBUG_FS=y", "CONFIG_VM_EVENT_COUNTERS=y",	\
	"CONFIG_MEMCG=y"

const char *const zswap_config[] = { CONFIG_COMMON, NULL };
static const char *const z3fold_config[] = { CONFIG_COMMON, "CONFIG_Z3FOLD=y", NULL };

/* Deprecated in 6.12, and a kernel that leaves it out has all the rest. */
void zswap_adapt(const struct job *job, struct workload_needs *needs)
{
	const char *pool = job_param(job, "pool");

	if (pool && !strcmp(pool, "z3fold"))
		needs->config = z3fold_config;
}

int zswap_set(struct run *run, const char *name, const char *value)
{
	char path[128], seen[64];
	int err;

	snprintf(path, sizeof(path), PARAMETERS "%s", name);
	err = sysfs_write(path, value);
	if (err == -ENOENT)
		return run_unsupported(run, "%s: this kernel does not know '%s'", path, value);
	if (err)
		return run_error(run, err, "%s: write '%s': %s", path, value, strerror(-err));
	err = sysfs_read(path, seen, sizeof(seen));
	if (err < 0)
		return run_error(run, err, "%s: read: %s", path, strerror(-err));
	if (strcmp(seen, value))
		return run_unsupported(run, "%s: wrote '%s', the kernel took '%s'", path, value,
				       seen);
	return 0;
}

/* Compressor and pool come before zswap is switched on, so that it makes one pool only. */
int zswap_on(struct run *run)
{
	const char *compressor = run_param(run, "compressor"), *pool = run_param(run, "pool");
	int err;

	err = zswap_set(run, "compressor", compressor);
	if (!err)
		err = zswap_set(run, "zpool", pool);
	if (!err)
		err = zswap_set(run, "shrinker_enabled", "N");
	if (!err)
		err = zswap_set(run, "enabled", "Y");
	if (!err)
		err = zswap_set(run, "compressor", compressor);
	if (!err)
		err = zswap_set(run, "zpool", pool);
	return err;
}

int zswap_swap_on(struct run *run, unsigned long pages)
{
	int err;

	run_phase(run, "set-up");
	/* What this process has touched must not be swapped out in place of the pages. */
	if (mlockall(MCL_CURRENT | MCL_ONFAULT))
		return run_error(run, -errno, "mlockall: %s", strerror(errno));
	err = zswap_on(run);
	if (err)
		return err;
	err = sysfs_write("/proc/sys/vm/page-cluster", "0");
	if (err)
		return run_error(run, err, "/proc/sys/vm/page-cluster: %s", strerror(-err));
	return swap_device_on(run, pages + SLACK_PAGES);
}
