// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How much of the host's memory and of the caller's time a guest may take.
 */
#include "guest-args.h"

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)
#define SECOND UINT64_C(1000000000)
#define DEFAULT_MEM_LIMIT (2 * GIB)
/*
 * For a guest with an NVDIMM that is larger than what it touches. It has several
 * GiB of RAM proper, and a kernel that takes the NVDIMM for RAM writes a memmap of
 * any size: the tighter the limit, the sooner that ends. Translated code takes up to
 * 256 MiB of it, and dirty bitmaps 96 MiB for each TiB of guest memory.
 */
#define SPARSE_MEM_LIMIT (GIB / 2)
/* Stacks, malloc arenas and libraries that are mapped and not touched. */
#define ADDRESS_SPACE_SLACK (4 * GIB)

/**
 * struct patience - seconds when nothing else was asked for
 * @deadline_s: in all
 * @silence_s: without output
 */
struct patience {
	unsigned int deadline_s;
	unsigned int silence_s;
};

/* Guest time passes slowly under emulation, more so when instructions are counted. */
static const struct patience engine_patience[ENGINE_NR] = {
	[ENGINE_KVM] = { .deadline_s = 300, .silence_s = 60 },
	[ENGINE_TCG] = { .deadline_s = 900, .silence_s = 120 },
	[ENGINE_EXACT] = { .deadline_s = 1800, .silence_s = 180 },
};

/*
 * The traffic plugin keeps 4 bytes for each line of the memmap that is touched, which is
 * a 1024th of what the memmap describes, and what it modelled and translated beside.
 */
static uint64_t traffic_bytes(const struct guest_config *config)
{
	uint64_t described = ((uint64_t)config->mem_mib + config->pmem_mib) * MIB;

	return config->traffic_path ? described / 512 + GIB / 2 : 0;
}

static uint64_t mem_limit(const struct guest_config *config)
{
	if (config->mem_limit)
		return config->mem_limit;
	return traffic_bytes(config) +
	       (config->pmem_touch_mib ? SPARSE_MEM_LIMIT : DEFAULT_MEM_LIMIT);
}

/* MiB of the NVDIMM that may become resident. */
static unsigned int pmem_resident(const struct guest_config *config)
{
	if (!config->pmem_touch_mib || config->pmem_touch_mib > config->pmem_mib)
		return config->pmem_mib;
	return config->pmem_touch_mib;
}

struct guest_limits guest_limits(const struct guest_config *config)
{
	const struct patience *patience = &engine_patience[config->engine];
	uint64_t resident = ((uint64_t)config->mem_mib + pmem_resident(config)) * MIB;
	uint64_t mapped = ((uint64_t)config->mem_mib + config->pmem_mib) * MIB;
	uint64_t beyond = mem_limit(config);
	unsigned int deadline = config->deadline_s ? config->deadline_s : patience->deadline_s;
	unsigned int silence = config->silence_s ? config->silence_s : patience->silence_s;

	unsigned int boot = config->boot_silence_s && config->boot_silence_s < silence ?
			    config->boot_silence_s : silence;

	return (struct guest_limits){
		.rss = resident + beyond,
		.address_space = mapped + beyond + ADDRESS_SPACE_SLACK,
		.deadline_ns = deadline * SECOND,
		.silence_ns = silence * SECOND,
		.boot_silence_ns = boot * SECOND,
		.panic_ns = 10 * SECOND,
		.nmi_ns = 3 * SECOND,
		.garbage_ns = 2 * SECOND,
	};
}
