// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a host must have for kernels to be built and guests to boot: programs, a device,
 * room on its disks.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "host-private.h"
#include "kernel-key.h"
#include "proc.h"
#include "topo-place.h"
#include "util.h"

enum host_level host_look_qemu(struct host_look *look)
{
	char *qemu = qemu_find(), *version = qemu ? qemu_version(qemu) : NULL;
	enum host_level level;

	if (!qemu)
		level = host_say(look, look->item->level, "qemu-system-x86_64 is neither in PATH nor "
				 "in PAGEMETA_QEMU");
	else if (!version)
		level = host_say(look, look->item->level, "%s does not tell its version", qemu);
	else
		level = host_say(look, HOST_GOOD, "%s: %s", qemu, version);
	free(version);
	free(qemu);
	return level;
}

enum host_level host_look_build_tools(struct host_look *look)
{
	struct strv missing = { 0 }, package = { 0 };
	enum host_level level;
	char *names, *packages;

	kernel_tools_missing(&missing, &package);
	names = strv_join(&missing, ", ");
	packages = strv_join(&package, " ");
	if (missing.nr)
		level = host_say(look, look->item->level, "not found: %s", names);
	else
		level = host_say(look, HOST_GOOD, "all are there");
	host_mend(look, "apt-get install -y %s", packages);
	free(packages);
	free(names);
	strv_free(&package);
	strv_free(&missing);
	return level;
}

static char *version_of(const char *program)
{
	char *argv[] = { (char *)program, (char *)"--version", NULL };
	char *text;

	if (proc_capture(argv, &text, NULL))
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return text;
}

/* Kernels are built by gcc; the suite itself is tested with clang as well. */
enum host_level host_look_compilers(struct host_look *look)
{
	char *gcc = version_of("gcc"), *clang = version_of("clang");
	enum host_level level;

	if (gcc)
		level = host_say(look, HOST_GOOD, "%s%s%s", gcc, clang ? "; " : "",
				 clang ? clang : "");
	else
		level = host_say(look, look->item->level, "gcc is not in PATH");
	free(clang);
	free(gcc);
	return level;
}

enum host_level host_look_gnuplot(struct host_look *look)
{
	char *found = fs_find_program("gnuplot");
	enum host_level level = found ? host_say(look, HOST_GOOD, "%s", found) :
					host_say(look, look->item->level, "not in PATH");

	free(found);
	return level;
}

/* The folder may not be there yet: its nearest parent is on the same disk. */
static int room_at(const char *path, uint64_t *ret_left)
{
	char *folder = str_dup(path), *slash;
	struct statvfs disk;
	int error = 0;

	while (!error && statvfs(folder, &disk)) {
		error = errno == ENOENT ? 0 : -errno;
		slash = strrchr(folder, '/');
		if (slash && slash != folder)
			*slash = '\0';
		else if (!strcmp(folder, "/") || !strcmp(folder, "."))
			error = -ENOENT;
		else
			strcpy(folder, slash ? "/" : ".");
	}
	free(folder);
	if (!error)
		*ret_left = (uint64_t)disk.f_bavail * disk.f_frsize;
	return error;
}

static enum host_level look_at_room(struct host_look *look, const char *path, uint64_t wanted)
{
	char has[32], wants[32];
	uint64_t left;
	int error = room_at(path, &left);

	if (error)
		return host_unread(look, path, error);
	text_bytes(has, sizeof(has), left);
	text_bytes(wants, sizeof(wants), wanted);
	if (!wanted)
		return host_say(look, HOST_GOOD, "%s left, at %s", has, path);
	return host_say(look, left < wanted ? look->item->level : HOST_GOOD,
			"%s left, up to %s wanted, at %s", has, wants, path);
}

enum host_level host_look_results(struct host_look *look)
{
	return look_at_room(look, look->request->results, look->request->disk_results);
}

enum host_level host_look_cache(struct host_look *look)
{
	return look_at_room(look, look->request->cache, look->request->disk_cache);
}

enum host_level host_look_kvm(struct host_look *look)
{
	char *path = str_printf("%s" ENGINE_KVM_DEVICE, look->request->root);
	int fd = open(path, O_RDWR | O_CLOEXEC), error = fd < 0 ? -errno : 0;

	free(path);
	if (fd >= 0)
		close(fd);
	if (error == -EACCES || error == -EPERM)
		host_mend(look, "become a member of the group that owns " ENGINE_KVM_DEVICE
			  ": usermod -aG kvm $USER");
	return error ? host_say(look, look->item->level, "%s", strerror(-error)) :
		       host_say(look, HOST_GOOD, "can be opened");
}

/* Whether a kernel boots is found out by booting one. */
enum host_level host_look_probe(struct host_look *look)
{
	const struct engine_probe *probe = look->request->probe;

	if (!probe)
		return host_say(look, HOST_UNKNOWN, "not tried yet: a run with --engine auto or kvm "
				"does, when a kernel is built");
	return host_say(look, probe->kvm ? HOST_GOOD : look->item->level, "%.440s%s", probe->why,
			probe->remembered ? " (remembered; --probe tries again)" : "");
}

static const char *plural(unsigned int nr)
{
	return nr == 1 ? "" : "s";
}

enum host_level host_look_topology(struct host_look *look)
{
	const struct topo *topo = look->request->topo;
	unsigned int nodes, cores, cpus;

	if (!topo)
		return host_say(look, HOST_UNKNOWN, "cannot be read by hwloc");
	nodes = topo_nodes(topo);
	cores = topo_cores(topo);
	cpus = topo_cpus(topo);
	return host_say(look, HOST_GOOD, "%u node%s, %u core%s, %u CPU%s usable here", nodes,
			plural(nodes), cores, plural(cores), cpus, plural(cpus));
}

/* How guests whose time is measured would be placed, the smallest there are. */
enum host_level host_look_placement(struct host_look *look)
{
	const struct topo_want want = { .cpus = 1, .nodes = 1 };
	const struct topo *topo = look->request->topo;
	unsigned int room;

	if (!topo)
		return host_say(look, HOST_UNKNOWN, "cannot be planned without a topology");
	if (topo_nodes(topo) > 1 && !topo_binds(topo)) {
		host_mend(look, "let it call mbind() (containers: --cap-add SYS_NICE)");
		return host_say(look, HOST_DISTURBS, "there are %u nodes, and memory cannot be bound "
				"to one of them", topo_nodes(topo));
	}
	room = topo_room(topo, true, true, &want, topo_nodes(topo));
	if (topo_cores(topo) < 2)
		return host_say(look, look->item->level, "no core is left for harness and QEMU");
	return host_say(look, HOST_GOOD, "%u guest%s side by side, harness on CPUs %s", room,
			plural(room), topo_first_core(topo));
}
