// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The command lines of QEMU and of the kernel for the guests there are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "guest-args.h"
#include "proc.h"

static const struct guest_fds fds = { .console = 11, .port = 12, .qmp = 13 };

static struct guest_config small(enum engine engine)
{
	return (struct guest_config){
		.qemu = "qemu", .vmlinux = "/k/vmlinux", .initramfs = "/k/initramfs",
		.engine = engine, .cpus = 1, .mem_mib = 512, .nodes = 1,
	};
}

static struct strv args(const struct guest_config *config)
{
	struct err err = { "" };
	struct strv argv;

	if (guest_args(config, &fds, 2600000, &argv, &err))
		fail_msg("%s", err.text);
	return argv;
}

/* Whether @option with @value stands on the command line. */
static bool has(const struct strv *argv, const char *option, const char *value)
{
	for (size_t i = 0; i + 1 < argv->nr; i++)
		if (!strcmp(argv->item[i], option) && !strcmp(argv->item[i + 1], value))
			return true;
	return false;
}

static const char *value_of(const struct strv *argv, const char *option)
{
	for (size_t i = 0; i + 1 < argv->nr; i++)
		if (!strcmp(argv->item[i], option))
			return argv->item[i + 1];
	fail_msg("%s is missing", option);
	return "";
}

static bool kernel_has(const struct strv *argv, const char *word)
{
	struct strv words = { 0 };
	bool found;

	strv_split(&words, value_of(argv, "-append"), " ");
	found = strv_has(&words, word);
	strv_free(&words);
	return found;
}

static void every_guest_ends_when_its_kernel_does(void **state)
{
	static const char *const words[] = {
		"console=ttyS0", "panic=-1", "reboot=t", "oops=panic", "loglevel=5",
		"unknown_nmi_panic", "brd.rd_size=262144", "brd.rd_nr=1",
	};

	(void)state;
	for (unsigned int engine = 0; engine < ENGINE_NR; engine++) {
		struct guest_config config = small(engine);
		struct strv argv = args(&config);

		for (size_t i = 0; i < ARRAY_SIZE(words); i++)
			assert_true(kernel_has(&argv, words[i]));
		assert_true(strv_has(&argv, "-no-reboot"));
		assert_true(strv_has(&argv, "-nodefaults"));
		assert_true(strv_has(&argv, "-no-user-config"));
		assert_true(strv_has(&argv, "-S"));
		assert_true(has(&argv, "-kernel", "/k/vmlinux"));
		assert_true(has(&argv, "-initrd", "/k/initramfs"));
		assert_string_equal(argv.item[0], "qemu");
		strv_free(&argv);
	}
}

static void channels_are_the_given_fds(void **state)
{
	struct guest_config config = small(ENGINE_TCG);
	struct strv argv = args(&config);

	(void)state;
	assert_true(has(&argv, "-add-fd", "fd=11,set=1,opaque=console"));
	assert_true(has(&argv, "-add-fd", "fd=12,set=2,opaque=port"));
	assert_true(has(&argv, "-chardev", "socket,id=qmp,fd=13"));
	assert_true(has(&argv, "-chardev", "file,id=console,path=/dev/fdset/1,append=on"));
	assert_true(has(&argv, "-device", "virtserialport,chardev=port,name=pagemeta"));
	strv_free(&argv);
}

static void exact_leaves_nothing_to_chance(void **state)
{
	struct guest_config config = small(ENGINE_EXACT);
	struct strv argv = args(&config);

	(void)state;
	assert_true(has(&argv, "-icount", "shift=0,sleep=off"));
	assert_true(has(&argv, "-seed", "1"));
	assert_true(has(&argv, "-rtc", "base=2024-01-01T00:00:00,clock=vm"));
	assert_true(has(&argv, "-cpu", "max,-rdrand,-rdseed"));
	assert_true(has(&argv, "-smp", "1"));
	assert_true(has(&argv, "-global", "virtio-mmio.ioeventfd=off"));
	assert_true(kernel_has(&argv, "nokaslr"));
	assert_true(kernel_has(&argv, "norandmaps"));
	assert_true(kernel_has(&argv, "tsc_early_khz=1000000"));
	strv_free(&argv);
	config.machine = MACHINE_Q35;
	argv = args(&config);
	assert_true(has(&argv, "-device", "virtio-serial-pci,max_ports=2,ioeventfd=off"));
	strv_free(&argv);
}

/* The same guest has the same command line, or runs could not be repeated. */
static void exact_does_not_depend_on_the_host(void **state)
{
	struct guest_config config = small(ENGINE_EXACT);
	struct strv one, other;
	char *a, *b;

	(void)state;
	assert_int_equal(guest_args(&config, &fds, 2600000, &one, NULL), 0);
	assert_int_equal(guest_args(&config, &fds, 3100001, &other, NULL), 0);
	a = guest_quote(&one);
	b = guest_quote(&other);
	assert_string_equal(a, b);
	free(a);
	free(b);
	strv_free(&one);
	strv_free(&other);
}

static void tcg_is_told_what_its_counter_counts(void **state)
{
	struct guest_config config = small(ENGINE_TCG);
	struct strv argv = args(&config);

	(void)state;
	assert_true(kernel_has(&argv, "tsc_early_khz=2600000"));
	assert_true(kernel_has(&argv, "nolapic_timer"));
	strv_free(&argv);
	config.cpus = 2;
	argv = args(&config);
	/* With several CPUs each needs a timer of its own. */
	assert_false(kernel_has(&argv, "nolapic_timer"));
	strv_free(&argv);
}

static void kvm_uses_the_hosts_cpu(void **state)
{
	struct guest_config config = small(ENGINE_KVM);
	struct strv argv = args(&config);

	(void)state;
	assert_true(has(&argv, "-accel", "kvm"));
	assert_true(has(&argv, "-cpu", "host"));
	assert_false(kernel_has(&argv, "tsc_early_khz=2600000"));
	strv_free(&argv);
}

static void the_machine_is_the_fastest_that_has_what_is_needed(void **state)
{
	struct guest_config config = small(ENGINE_TCG);
	struct strv argv = args(&config);

	(void)state;
	assert_memory_equal(value_of(&argv, "-machine"), "microvm,", 8);
	strv_free(&argv);
	config.nodes = 2;
	argv = args(&config);
	assert_memory_equal(value_of(&argv, "-machine"), "q35,", 4);
	strv_free(&argv);
	config.nodes = 1;
	config.pmem_mib = 64;
	argv = args(&config);
	assert_memory_equal(value_of(&argv, "-machine"), "q35,", 4);
	assert_non_null(strstr(value_of(&argv, "-machine"), "nvdimm=on"));
	assert_true(has(&argv, "-object", "memory-backend-ram,id=pmem0,size=64M"));
	assert_true(has(&argv, "-device", "nvdimm,memdev=pmem0"));
	assert_true(has(&argv, "-m", "512M,slots=1,maxmem=576M"));
	strv_free(&argv);
}

static void an_nvdimm_may_be_larger_than_the_host(void **state)
{
	struct topo_placement place = { .want.cpus = 1, .node = { 2 }, .bind = true, .cpu = { 17 } };
	struct guest_config config = small(ENGINE_EXACT);
	struct strv argv;

	(void)state;
	config.mem_mib = 8192;
	config.pmem_mib = 248 * 1024;
	config.pmem_touch_mib = 256;
	argv = args(&config);
	assert_true(has(&argv, "-object", "memory-backend-ram,id=ram0,size=8192M"));
	assert_true(has(&argv, "-object", "memory-backend-ram,id=pmem0,size=253952M,reserve=off"));
	assert_true(has(&argv, "-m", "8192M,slots=1,maxmem=262144M"));
	assert_true(has(&argv, "-cpu", "max,-rdrand,-rdseed"));
	strv_free(&argv);
	config.engine = ENGINE_KVM;
	config.placement = &place;
	argv = args(&config);
	assert_true(has(&argv, "-object", "memory-backend-ram,id=pmem0,size=253952M,"
			"host-nodes=2,policy=bind,reserve=off"));
	strv_free(&argv);
}

static void a_balloon_is_a_device_of_the_machine(void **state)
{
	struct guest_config config = small(ENGINE_EXACT);
	struct strv argv;
	struct err err;

	(void)state;
	config.balloon_mib = 16;
	argv = args(&config);
	assert_true(has(&argv, "-device", "virtio-balloon-device"));
	strv_free(&argv);
	config.pmem_mib = 64;
	argv = args(&config);
	assert_true(has(&argv, "-device", "virtio-balloon-pci"));
	strv_free(&argv);
	config.balloon_mib = config.mem_mib;
	assert_int_equal(guest_args(&config, &(struct guest_fds){ 0 }, 0, &argv, &err), -EINVAL);
	assert_string_equal(err.text, "guest: a balloon of 512 MiB in 512 MiB of memory");
}

/* Those that QEMU emulates address 1 TiB unless they are told otherwise. */
static void addresses_are_as_wide_as_memory_needs(void **state)
{
	struct guest_config config = small(ENGINE_EXACT);
	struct strv argv;

	(void)state;
	config.pmem_mib = 1024 * 1024;
	config.pmem_touch_mib = 256;
	argv = args(&config);
	assert_true(has(&argv, "-cpu", "max,-rdrand,-rdseed,phys-bits=46"));
	strv_free(&argv);
	config.by_words = true;
	argv = args(&config);
	assert_true(has(&argv, "-cpu", "max,-rdrand,-rdseed,-erms,-fsrm,phys-bits=46"));
	strv_free(&argv);
	config.by_words = false;
	config.engine = ENGINE_TCG;
	argv = args(&config);
	assert_true(has(&argv, "-cpu", "max,phys-bits=46"));
	strv_free(&argv);
	config.engine = ENGINE_KVM;
	argv = args(&config);
	assert_true(has(&argv, "-cpu", "host"));
	strv_free(&argv);
	config.engine = ENGINE_TCG;
	config.pmem_mib = 512 * 1024;
	argv = args(&config);
	assert_true(has(&argv, "-cpu", "max"));
	strv_free(&argv);
}

static void nodes_share_memory_and_cpus(void **state)
{
	struct guest_config config = small(ENGINE_TCG);
	struct strv argv;

	(void)state;
	config.nodes = 2;
	config.cpus = 4;
	config.mem_mib = 1001;
	argv = args(&config);
	assert_true(has(&argv, "-smp", "4,sockets=2,cores=2,threads=1"));
	assert_true(has(&argv, "-object", "memory-backend-ram,id=ram0,size=501M"));
	assert_true(has(&argv, "-object", "memory-backend-ram,id=ram1,size=500M"));
	assert_true(has(&argv, "-numa", "node,nodeid=0,memdev=ram0,cpus=0-1"));
	assert_true(has(&argv, "-numa", "node,nodeid=1,memdev=ram1,cpus=2-3"));
	strv_free(&argv);
	config.cpus = 1;
	argv = args(&config);
	assert_true(has(&argv, "-smp", "1,sockets=1,cores=1,threads=1"));
	assert_true(has(&argv, "-numa", "node,nodeid=0,memdev=ram0,cpus=0-0"));
	assert_true(has(&argv, "-numa", "node,nodeid=1,memdev=ram1"));
	strv_free(&argv);
}

static void memory_is_bound_where_the_guest_is_placed(void **state)
{
	struct topo_placement place = { .want.cpus = 1, .node = { 3 }, .bind = true, .cpu = { 17 } };
	struct guest_config config = small(ENGINE_KVM);
	struct strv argv;

	(void)state;
	config.placement = &place;
	argv = args(&config);
	assert_true(has(&argv, "-object",
			"memory-backend-ram,id=ram0,size=512M,host-nodes=3,policy=bind,prealloc=on"));
	strv_free(&argv);
	place.bind = false;
	argv = args(&config);
	assert_true(has(&argv, "-object", "memory-backend-ram,id=ram0,size=512M,prealloc=on"));
	strv_free(&argv);
	place.cpu[0] = -1;
	argv = args(&config);
	assert_true(has(&argv, "-object", "memory-backend-ram,id=ram0,size=512M"));
	strv_free(&argv);
}

static void each_node_is_bound_to_its_own(void **state)
{
	struct topo_placement place = {
		.want = { .cpus = 2, .nodes = 2 }, .node = { 3, 1 }, .bind = true, .cpu = { 17, 5 },
	};
	struct guest_config config = small(ENGINE_EXACT);
	struct strv argv;

	(void)state;
	config.nodes = 2;
	config.pmem_mib = 64;
	config.placement = &place;
	argv = args(&config);
	assert_true(has(&argv, "-object",
			"memory-backend-ram,id=ram0,size=256M,host-nodes=3,policy=bind"));
	assert_true(has(&argv, "-object",
			"memory-backend-ram,id=ram1,size=256M,host-nodes=1,policy=bind"));
	assert_true(has(&argv, "-object",
			"memory-backend-ram,id=pmem0,size=64M,host-nodes=3,policy=bind"));
	strv_free(&argv);
}

static void the_callers_kernel_words_come_last(void **state)
{
	struct guest_config config = small(ENGINE_TCG);
	struct strv argv;
	const char *line;

	(void)state;
	config.cmdline = "loglevel=7 a=b";
	argv = args(&config);
	line = value_of(&argv, "-append");
	assert_string_equal(line + strlen(line) - 14, "loglevel=7 a=b");
	strv_free(&argv);
}

static void check_refused(struct guest_config config, const char *words)
{
	struct err err = { "" };
	struct strv argv = { 0 };

	assert_int_equal(guest_args(&config, &fds, 0, &argv, &err), -EINVAL);
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
	assert_null(argv.item);
}

static void what_cannot_be_is_refused(void **state)
{
	struct guest_config config = small(ENGINE_EXACT);

	(void)state;
	config.cpus = 2;
	check_refused(config, "exact engine runs only one");
	config = small(ENGINE_TCG);
	config.cpus = 0;
	check_refused(config, "0 vCPUs");
	config = small(ENGINE_TCG);
	config.mem_mib = 0;
	check_refused(config, "0 MiB");
	config = small(ENGINE_TCG);
	config.machine = MACHINE_MICROVM;
	config.nodes = 2;
	check_refused(config, "microvm");
	config = small(ENGINE_TCG);
	config.nodes = TOPO_GUEST_NODES_MAX + 1;
	check_refused(config, "9 NUMA nodes");
	config = small(ENGINE_NR);
	check_refused(config, "no such engine");
}

static void a_shell_reads_back_the_command(void **state)
{
	struct strv argv = { 0 };
	char *line, *sh[] = { (char *)"sh", (char *)"-c", NULL, NULL }, *text;

	(void)state;
	strv_add(&argv, "printf");
	strv_add(&argv, "%%s|");
	strv_add(&argv, "a b");
	strv_add(&argv, "it's $HOME `x` \"y\" \\");
	strv_add(&argv, "%s", "");
	strv_add(&argv, "*?;&");
	line = guest_quote(&argv);
	sh[2] = line;
	assert_int_equal(proc_capture(sh, &text, NULL), 0);
	assert_string_equal(text, "a b|it's $HOME `x` \"y\" \\||*?;&|");
	free(text);
	free(line);
	strv_free(&argv);
}

static void traffic_is_counted_by_a_plugin_of_the_exact_engine(void **state)
{
	struct guest_config config = small(ENGINE_EXACT);
	struct guest_limits without = guest_limits(&config);
	struct err err = { "" };
	struct strv argv;

	(void)state;
	config.plugin = "/a,b/traffic.so";
	config.traffic_caches = "32K/8,1M/16";
	config.traffic_path = "/runs/1.traffic";
	argv = args(&config);
	assert_string_equal(value_of(&argv, "-plugin"), "file=/a,,b/traffic.so,idle=wait,"
			    "caches=32K/8,,1M/16,out=/runs/1.traffic");
	strv_free(&argv);
	assert_true(guest_limits(&config).rss > without.rss);
	config.engine = ENGINE_TCG;
	assert_int_equal(guest_args(&config, &fds, 0, &argv, &err), -EINVAL);
}

static void the_exact_engine_always_has_the_plugin(void **state)
{
	struct guest_config config = small(ENGINE_EXACT);
	struct strv argv;

	(void)state;
	config.plugin = "/traffic.so";
	argv = args(&config);
	assert_string_equal(value_of(&argv, "-plugin"), "file=/traffic.so,idle=wait");
	strv_free(&argv);
	config.engine = ENGINE_TCG;
	argv = args(&config);
	assert_false(strv_has(&argv, "-plugin"));
	strv_free(&argv);
	config.functions = "/functions";
	config.traffic_path = "/calls";
	argv = args(&config);
	assert_string_equal(value_of(&argv, "-plugin"), "file=/traffic.so,functions=/functions,out=/calls");
	strv_free(&argv);
}

static void limits_follow_memory_and_engine(void **state)
{
	struct guest_config config = small(ENGINE_KVM);
	struct guest_limits kvm = guest_limits(&config), other;

	(void)state;
	assert_true(kvm.rss > 512u << 20);
	assert_true(kvm.address_space > kvm.rss);
	config.engine = ENGINE_EXACT;
	other = guest_limits(&config);
	assert_true(other.silence_ns > kvm.silence_ns);
	assert_true(other.deadline_ns > kvm.deadline_ns);
	config.pmem_mib = 1024;
	config.mem_limit = 1 << 20;
	config.silence_s = 7;
	config.deadline_s = 9;
	other = guest_limits(&config);
	assert_true(other.rss == (uint64_t)1537 << 20);
	assert_true(other.silence_ns == UINT64_C(7000000000));
	assert_true(other.deadline_ns == UINT64_C(9000000000));
}

/* What is mapped does not count as memory, and what is not touched is not resident. */
static void a_sparse_nvdimm_does_not_raise_the_limit(void **state)
{
	struct guest_config config = small(ENGINE_EXACT);
	struct guest_limits limits;

	(void)state;
	config.mem_mib = 8192;
	config.pmem_mib = 1024 * 1024;
	config.pmem_touch_mib = 512;
	limits = guest_limits(&config);
	assert_true(limits.rss == UINT64_C(9) << 30);
	assert_true(limits.address_space > UINT64_C(1032) << 30);
	config.mem_limit = UINT64_C(1) << 30;
	limits = guest_limits(&config);
	assert_true(limits.rss == (UINT64_C(9) << 30) + (UINT64_C(512) << 20));
	config.mem_limit = 0;
	config.pmem_mib = 256;
	limits = guest_limits(&config);
	assert_true(limits.rss == UINT64_C(8960) << 20);
}

static void the_counter_of_this_host_is_steady(void **state)
{
	unsigned int first = guest_tsc_khz(), second = guest_tsc_khz();

	(void)state;
	if (!first)
		skip();
	assert_true(first > 100000 && first < 10000000);
	assert_true(abs((int)first - (int)second) < (int)(first / 50));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_guest_ends_when_its_kernel_does),
		cmocka_unit_test(channels_are_the_given_fds),
		cmocka_unit_test(exact_leaves_nothing_to_chance),
		cmocka_unit_test(exact_does_not_depend_on_the_host),
		cmocka_unit_test(tcg_is_told_what_its_counter_counts),
		cmocka_unit_test(kvm_uses_the_hosts_cpu),
		cmocka_unit_test(the_machine_is_the_fastest_that_has_what_is_needed),
		cmocka_unit_test(an_nvdimm_may_be_larger_than_the_host),
		cmocka_unit_test(a_balloon_is_a_device_of_the_machine),
		cmocka_unit_test(addresses_are_as_wide_as_memory_needs),
		cmocka_unit_test(nodes_share_memory_and_cpus),
		cmocka_unit_test(memory_is_bound_where_the_guest_is_placed),
		cmocka_unit_test(each_node_is_bound_to_its_own),
		cmocka_unit_test(the_callers_kernel_words_come_last),
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(a_shell_reads_back_the_command),
		cmocka_unit_test(traffic_is_counted_by_a_plugin_of_the_exact_engine),
		cmocka_unit_test(the_exact_engine_always_has_the_plugin),
		cmocka_unit_test(limits_follow_memory_and_engine),
		cmocka_unit_test(a_sparse_nvdimm_does_not_raise_the_limit),
		cmocka_unit_test(the_counter_of_this_host_is_steady),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
