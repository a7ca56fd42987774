// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From what a guest should be to the command lines of QEMU and of the kernel.
 * Every choice here was made for one of three reasons: the guest must boot fast,
 * must end by itself when it is broken, or must run the same each time.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "guest-args.h"

/**
 * struct engine_args - what an engine asks of QEMU and the kernel
 * @cpu: model of the CPU
 * @qemu: other words of QEMU's command line
 * @kernel: words of the kernel's
 */
struct engine_args {
	const char *cpu;
	const char *qemu[12];
	const char *kernel;
};

static const struct engine_args engine_args[ENGINE_NR] = {
	[ENGINE_KVM] = {
		.cpu = "host",
		.qemu = { "-accel", "kvm" },
	},
	/*
	 * no_timer_check: the kernel would count ten ticks to see whether the timer
	 * works, 0.1 s on an emulator that is known to have one.
	 * tsc=reliable: a loaded host makes the emulated TSC look unstable, and the
	 * clock would fall back to ticks of 10 ms.
	 */
	[ENGINE_TCG] = {
		.cpu = "max",
		.qemu = { "-accel", "tcg,thread=multi,tb-size=256" },
		.kernel = "no_timer_check tsc=reliable",
	},
	/*
	 * One instruction is one nanosecond and the TSC counts them: 1 GHz.
	 * nolapic_timer: calibrating the local APIC's timer spins for 0.2 s of guest
	 * time, 11 s of host time; the PIT ticks as well for one CPU.
	 */
	[ENGINE_EXACT] = {
		.cpu = "max,-rdrand,-rdseed",
		.qemu = { "-accel", "tcg,tb-size=256", "-icount", "shift=0,sleep=off",
			  "-seed", "1", "-rtc", "base=2024-01-01T00:00:00,clock=vm" },
		.kernel = "nokaslr norandmaps no_timer_check nolapic_timer tsc=reliable "
			  "tsc_early_khz=1000000",
	},
};

/*
 * What every kernel gets: a panic ends QEMU (panic=-1 reboots at once, by triple
 * fault, and -no-reboot makes an end of it), an oops is a panic, an NMI makes a
 * hung kernel say where it is, warnings and stacks are printed. brd is there for
 * swap; its memory is only allocated when written.
 */
#define KERNEL_ARGS "console=ttyS0 panic=-1 reboot=t oops=panic loglevel=5 unknown_nmi_panic " \
	"brd.rd_size=262144 brd.rd_nr=1"

/*
 * To an emulator, rep stosb of a page is 4096 steps. A kernel on a CPU that is not fast at
 * strings of bytes clears and copies by words: 512.
 */
#define BY_WORDS ",-erms,-fsrm"

static bool uses_microvm(const struct guest_config *config)
{
	if (config->machine == MACHINE_AUTO)
		return config->nodes <= 1 && !config->pmem_mib;
	return config->machine == MACHINE_MICROVM;
}

static int check(const struct guest_config *config, struct err *err)
{
	unsigned int nodes = config->nodes ? config->nodes : 1;

	if (config->engine >= ENGINE_NR)
		return err_set(err, -EINVAL, "guest: no such engine (%d)", (int)config->engine);
	if (!config->cpus || config->cpus > TOPO_CPUS_MAX)
		return err_set(err, -EINVAL, "guest: %u vCPUs; 1 to %d can be had", config->cpus,
			       TOPO_CPUS_MAX);
	if (config->engine == ENGINE_EXACT && config->cpus > 1)
		return err_set(err, -EINVAL, "guest: %u vCPUs; the exact engine runs only one",
			       config->cpus);
	if (config->traffic_path && !config->functions && config->engine != ENGINE_EXACT)
		return err_set(err, -EINVAL, "guest: traffic is counted by the exact engine only");
	if (config->functions && config->engine == ENGINE_KVM)
		return err_set(err, -EINVAL, "guest: calls of functions are not counted by kvm");
	if (nodes > TOPO_GUEST_NODES_MAX)
		return err_set(err, -EINVAL, "guest: %u NUMA nodes; 1 to %d can be had", nodes,
			       TOPO_GUEST_NODES_MAX);
	if (config->mem_mib / nodes < 16)
		return err_set(err, -EINVAL, "guest: %u MiB on %u node(s); each needs 16 MiB",
			       config->mem_mib, nodes);
	if (config->balloon_mib >= config->mem_mib)
		return err_set(err, -EINVAL, "guest: a balloon of %u MiB in %u MiB of memory",
			       config->balloon_mib, config->mem_mib);
	if (config->machine == MACHINE_MICROVM && (nodes > 1 || config->pmem_mib))
		return err_set(err, -EINVAL, "guest: microvm has neither NUMA nor NVDIMM; use q35");
	return 0;
}

static void add_machine(const struct guest_config *config, struct strv *argv)
{
	const char *backend = config->nodes <= 1 ? ",memory-backend=ram0" : "";

	strv_add(argv, "-machine");
	if (uses_microvm(config))
		/*
		 * With ACPI the kernel takes the machine for one without a PIT, and hangs
		 * when the TSC could not be calibrated in time: seen on a loaded host.
		 */
		strv_add(argv, "microvm,isa-serial=on,acpi=off,x-option-roms=off%s", backend);
	else
		strv_add(argv, "q35,hpet=off,smbus=off,sata=off,i8042=off,vmport=off%s%s",
			 config->pmem_mib ? ",nvdimm=on" : "", backend);
}

/*
 * QEMU's own CPUs address 40 bits of memory (TCG_PHYS_ADDR_BITS), which is less than
 * an NVDIMM of 1 TiB above RAM takes; 46 bits reach as far as 4-level page tables map
 * memory. A CPU of the host's has the host's.
 */
#define ADDRESS_BITS_MIB (UINT64_C(1) << (40 - 20))

static bool needs_wide_addresses(const struct guest_config *config)
{
	/* QEMU puts it at the next GiB above RAM, of which up to 2 GiB lie below a hole. */
	return (uint64_t)config->mem_mib + config->pmem_mib + 8 * 1024 > ADDRESS_BITS_MIB;
}

static void add_engine(const struct guest_config *config, struct strv *argv)
{
	const char *by_words = config->by_words && config->engine != ENGINE_KVM ? BY_WORDS : "";
	const char *wide = "";

	if (config->engine != ENGINE_KVM && needs_wide_addresses(config))
		wide = ",phys-bits=46";
	strv_add(argv, "-cpu");
	strv_add(argv, "%s%s%s", engine_args[config->engine].cpu, by_words, wide);
	for (const char *const *word = engine_args[config->engine].qemu; *word; word++)
		strv_add(argv, "%s", *word);
}

/* Memory of node @node of the guest. */
static void add_backend(const struct guest_config *config, struct strv *argv, const char *id,
			unsigned int node, unsigned int mib, bool sparse)
{
	const struct topo_placement *place = config->placement;
	struct strv words = { 0 };
	char *line;

	strv_add(&words, "memory-backend-ram,id=%s,size=%uM", id, mib);
	if (place && place->bind)
		strv_add(&words, "host-nodes=%d,policy=bind", place->node[node]);
	/*
	 * A first touch that faults on the host would be measured as the guest's. What
	 * may be many times the host's memory can neither be populated nor reserved.
	 */
	if (sparse)
		strv_add(&words, "reserve=off");
	else if (config->engine == ENGINE_KVM && topo_is_pinned(place))
		strv_add(&words, "prealloc=on");
	line = strv_join(&words, ",");
	strv_free(&words);
	strv_add(argv, "-object");
	strv_add(argv, "%s", line);
	free(line);
}

static void add_nodes(const struct guest_config *config, struct strv *argv)
{
	unsigned int cpu = 0;

	for (unsigned int i = 0; i < config->nodes; i++) {
		unsigned int cpus = topo_share(config->cpus, config->nodes, i);
		char *id = str_printf("ram%u", i);

		add_backend(config, argv, id, i, topo_share(config->mem_mib, config->nodes, i), false);
		strv_add(argv, "-numa");
		if (cpus)
			strv_add(argv, "node,nodeid=%u,memdev=%s,cpus=%u-%u", i, id, cpu,
				 cpu + cpus - 1);
		else
			strv_add(argv, "node,nodeid=%u,memdev=%s", i, id);
		cpu += cpus;
		free(id);
	}
}

/*
 * One socket per node, or the kernel warns of a last-level cache that belongs to
 * two nodes. CPUs that do not split evenly get a socket each.
 */
static unsigned int socket_count(const struct guest_config *config)
{
	return config->nodes && config->cpus % config->nodes == 0 ? config->nodes : config->cpus;
}

static void add_memory(const struct guest_config *config, struct strv *argv)
{
	unsigned int sockets = socket_count(config);

	strv_add(argv, "-m");
	if (config->pmem_mib)
		strv_add(argv, "%uM,slots=1,maxmem=%" PRIu64 "M", config->mem_mib,
			 (uint64_t)config->mem_mib + config->pmem_mib);
	else
		strv_add(argv, "%uM", config->mem_mib);
	strv_add(argv, "-smp");
	if (config->nodes > 1) {
		strv_add(argv, "%u,sockets=%u,cores=%u,threads=1", config->cpus, sockets,
			 config->cpus / sockets);
		add_nodes(config, argv);
	} else {
		strv_add(argv, "%u", config->cpus);
		add_backend(config, argv, "ram0", 0, config->mem_mib, false);
	}
	if (!config->pmem_mib)
		return;
	/* QEMU makes it a part of node 0. */
	add_backend(config, argv, "pmem0", 0, config->pmem_mib, config->pmem_touch_mib);
	strv_add(argv, "-device");
	strv_add(argv, "nvdimm,memdev=pmem0");
}

static void add_balloon(const struct guest_config *config, struct strv *argv)
{
	if (!config->balloon_mib)
		return;
	strv_add(argv, "-device");
	strv_add(argv, "virtio-balloon-%s", uses_microvm(config) ? "device" : "pci");
}

/* A comma ends a value of QEMU's options unless it is doubled. */
static char *double_commas(const char *text)
{
	struct strv parts = { 0 };
	char *doubled;

	for (; ; text++) {
		size_t len = strcspn(text, ",");

		strv_add(&parts, "%.*s", (int)len, text);
		text += len;
		if (!*text)
			break;
	}
	doubled = strv_join(&parts, ",,");
	strv_free(&parts);
	return doubled;
}

/* What it counts, if anything. */
static void add_counting(const struct guest_config *config, struct strv *options)
{
	char *value, *path;

	if (!config->traffic_path)
		return;
	value = double_commas(config->functions ? config->functions : config->traffic_caches);
	path = double_commas(config->traffic_path);
	strv_add(options, "%s=%s", config->functions ? "functions" : "caches", value);
	strv_add(options, "out=%s", path);
	if (config->functions && config->once)
		strv_add(options, "count=once");
	free(path);
	free(value);
}

static void add_plugin(const struct guest_config *config, struct strv *argv)
{
	struct strv options = { 0 };
	char *plugin, *text;

	if (!config->plugin || (config->engine != ENGINE_EXACT && !config->traffic_path))
		return;
	plugin = double_commas(config->plugin);
	strv_add(&options, "file=%s", plugin);
	if (config->engine == ENGINE_EXACT)
		strv_add(&options, "idle=wait");
	add_counting(config, &options);
	text = strv_join(&options, ",");
	strv_add(argv, "-plugin");
	strv_add(argv, "%s", text);
	free(text);
	free(plugin);
	strv_free(&options);
}

static void add_pipe(struct strv *argv, const char *id, unsigned int set, int fd)
{
	strv_add(argv, "-add-fd");
	strv_add(argv, "fd=%d,set=%u,opaque=%s", fd, set, id);
	strv_add(argv, "-chardev");
	/* append=on: or QEMU would truncate it first, which a pipe refuses. */
	strv_add(argv, "file,id=%s,path=/dev/fdset/%u,append=on", id, set);
}

static void add_channels(const struct guest_fds *fds, struct strv *argv)
{
	add_pipe(argv, "console", 1, fds->console);
	strv_add(argv, "-serial");
	strv_add(argv, "chardev:console");
	add_pipe(argv, "port", 2, fds->port);
	strv_add(argv, "-device");
	strv_add(argv, "virtserialport,chardev=port,name=pagemeta");
	strv_add(argv, "-chardev");
	strv_add(argv, "socket,id=qmp,fd=%d", fds->qmp);
	strv_add(argv, "-mon");
	strv_add(argv, "chardev=qmp,mode=control");
}

/*
 * ioeventfd=off: what the agent writes is handled in the vCPU's own thread, at
 * once. By an eventfd it would be whenever QEMU's main loop comes round. It belongs to
 * the transport of microvm, and to the device elsewhere, where not all have it.
 */
static void add_virtio(const struct guest_config *config, struct strv *argv)
{
	bool direct = config->engine != ENGINE_KVM;

	/* Port 0 is a terminal to the kernel, so there must be room for a second one. */
	strv_add(argv, "-device");
	if (!uses_microvm(config)) {
		strv_add(argv, "virtio-serial-pci,max_ports=2%s", direct ? ",ioeventfd=off" : "");
		return;
	}
	strv_add(argv, "virtio-serial-device,max_ports=2");
	if (direct) {
		strv_add(argv, "-global");
		strv_add(argv, "virtio-mmio.ioeventfd=off");
	}
	/* The legacy layout of virtio-mmio is QEMU's default, not the kernel's taste. */
	strv_add(argv, "-global");
	strv_add(argv, "virtio-mmio.force-legacy=false");
}

static void add_kernel(const struct guest_config *config, unsigned int tsc_khz,
		       struct strv *argv)
{
	const char *engine = engine_args[config->engine].kernel;
	struct strv words = { 0 };
	char *line;

	strv_add(&words, "%s", KERNEL_ARGS);
	if (engine)
		strv_add(&words, "%s", engine);
	/* There is no ACPI, and looking for it in vain is reported as an error. */
	if (uses_microvm(config))
		strv_add(&words, "acpi=off");
	if (config->engine == ENGINE_TCG && config->cpus == 1)
		strv_add(&words, "nolapic_timer");
	/* On a loaded host the emulated PIT is too jittery to calibrate against. */
	if (config->engine == ENGINE_TCG && tsc_khz)
		strv_add(&words, "tsc_early_khz=%u", tsc_khz);
	if (config->cmdline && *config->cmdline)
		strv_add(&words, "%s", config->cmdline);
	line = strv_join(&words, " ");
	strv_free(&words);
	strv_add(argv, "-kernel");
	strv_add(argv, "%s", config->vmlinux);
	strv_add(argv, "-initrd");
	strv_add(argv, "%s", config->initramfs);
	strv_add(argv, "-append");
	strv_add(argv, "%s", line);
	free(line);
}

int guest_args(const struct guest_config *config, const struct guest_fds *fds,
	       unsigned int tsc_khz, struct strv *ret_argv, struct err *err)
{
	static const char *const always[] = {
		"-no-user-config", "-nodefaults", "-display", "none", "-vga", "none", "-no-reboot",
		/* It stays when the guest has ended, until its memory was looked at. */
		"-no-shutdown", "-S",
	};
	struct strv argv = { 0 };
	int error = check(config, err);

	if (error)
		return error;
	strv_add(&argv, "%s", config->qemu);
	for (size_t i = 0; i < ARRAY_SIZE(always); i++)
		strv_add(&argv, "%s", always[i]);
	add_machine(config, &argv);
	add_engine(config, &argv);
	add_memory(config, &argv);
	add_virtio(config, &argv);
	add_channels(fds, &argv);
	add_balloon(config, &argv);
	add_plugin(config, &argv);
	add_kernel(config, tsc_khz, &argv);
	*ret_argv = argv;
	return 0;
}
