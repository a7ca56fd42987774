/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PID 1 of the guest: makes the kernel's file systems reachable, finds the port,
 * has one session with the host, and resets the guest. It says nothing on the console
 * unless something is wrong: the console belongs to the kernel.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "agent-session.h"
#include "sysfs.h"

#define PORT_WAIT_MS 10000

/** struct mount_point - a file system of the kernel */
struct mount_point {
	const char *type;
	const char *path;
};

/* Before hello only what finding the port takes: boot time is a requirement. */
static const struct mount_point early_mounts[] = {
	{ "sysfs", "/sys" },
	{ "devtmpfs", "/dev" },
	{ NULL, NULL }
};

static const struct mount_point late_mounts[] = {
	{ "proc", "/proc" },
	{ "tmpfs", "/tmp" },
	{ "debugfs", "/sys/kernel/debug" },
	{ NULL, NULL }
};

static void complain(const char *what, int err)
{
	fprintf(stderr, "agent: %s: %s\n", what, strerror(-err));
}

/* A kernel without debugfs still boots; what needs it says so. */
static void mount_all(const struct mount_point *mounts)
{
	for (; mounts->type; mounts++)
		if (mount(mounts->type, mounts->path, mounts->type, 0, NULL))
			complain(mounts->path, -errno);
}

/*
 * A microvm has no port 0x61, so that an NMI, by which a harness asks a hung
 * kernel where it is, looks like a bus error. Here and not on the command line:
 * there it costs every boot 28 million instructions.
 */
static void panic_on_nmi(void)
{
	int err = sysfs_write("/proc/sys/kernel/panic_on_unrecovered_nmi", "1");

	if (err)
		complain("panic_on_unrecovered_nmi", err);
}

static int talk(void)
{
	struct agent_session session = { .guest = true, .root = "", .alive_ms = AGENT_SESSION_ALIVE_MS };
	int err;

	err = port_open_named(PORT_CLASS, "/dev", PORT_NAME, PORT_WAIT_MS, &session.port);
	if (err) {
		complain("virtio-serial port '" PORT_NAME "'", err);
		return err;
	}
	err = agent_session_hello(&session);
	mount_all(late_mounts);
	panic_on_nmi();
	if (!err)
		err = agent_session_run(&session, "/job");
	if (err)
		complain("write to the virtio-serial port", err);
	port_close(session.port);
	return err;
}

int main(void)
{
	if (getpid() != 1) {
		fprintf(stderr, "agent: is the init of a guest; the suite starts it\n");
		return 2;
	}
	mount_all(early_mounts);
	talk();
	/*
	 * A reset, which QEMU with -no-reboot takes as the end: unlike powering off
	 * it needs no ACPI, which a microvm does not have. Nothing is to be synced.
	 */
	reboot(RB_AUTOBOOT);
	complain("reset", -errno);
	return 1;
}
