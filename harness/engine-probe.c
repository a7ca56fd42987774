// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether KVM works here, found out by booting a kernel with it. Hosts exist
 * where /dev/kvm opens, makes a VM and runs firmware, and where a kernel still
 * never gets past its first page tables; others where QEMU aborts on a register
 * it may not set.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "engine.h"
#include "guest.h"
#include "proc.h"

#define PROBE_NS UINT64_C(9000000000)	/* leaves a second of the 10 for all the rest */
#define PROBE_MEM_MIB 256

/** struct identity - what an answer holds for: another boot may have another setup */
struct identity {
	char *boot;
	char *qemu;
	char kernel[HASH_HEX];
};

static void identity_free(struct identity *identity)
{
	free(identity->boot);
	free(identity->qemu);
}

static int identity_make(const char *qemu, const char *vmlinux, struct identity *ret_identity,
			 struct err *err)
{
	struct identity identity = { 0 };
	int error;

	error = hash_file(vmlinux, identity.kernel, err);
	if (error)
		return error;
	identity.qemu = qemu_version(qemu);
	if (!identity.qemu)
		return err_set(err, -ENOENT, "%s: does not tell its version; is it QEMU?", qemu);
	error = fs_read("/proc/sys/kernel/random/boot_id", &identity.boot, NULL, err);
	if (error) {
		free(identity.qemu);
		return error;
	}
	identity.boot[strcspn(identity.boot, "\n")] = '\0';
	*ret_identity = identity;
	return 0;
}

static bool says(const json_t *memory, const char *key, const char *value)
{
	const char *text = json_string_value(json_object_get(memory, key));

	return text && !strcmp(text, value);
}

/* A damaged memory is no memory: the probe is done again and replaces it. */
static bool recall(const char *path, const struct identity *identity,
		   struct engine_probe *ret_probe)
{
	json_t *memory = json_load_file(path, 0, NULL);
	const json_t *kvm = json_object_get(memory, "kvm");
	const char *why = json_string_value(json_object_get(memory, "why"));
	bool good = json_is_boolean(kvm) && why && says(memory, "boot", identity->boot) &&
		    says(memory, "qemu", identity->qemu) &&
		    says(memory, "kernel", identity->kernel);

	if (good) {
		*ret_probe = (struct engine_probe){ .kvm = json_is_true(kvm), .remembered = true };
		snprintf(ret_probe->why, sizeof(ret_probe->why), "%s", why);
	}
	json_decref(memory);
	return good;
}

static int remember(const char *cache, const char *path, const struct identity *identity,
		    const struct engine_probe *probe, struct err *err)
{
	json_t *memory = json_pack("{s:s, s:s, s:s, s:b, s:s}", "boot", identity->boot, "qemu",
				   identity->qemu, "kernel", identity->kernel, "kvm",
				   (int)probe->kvm, "why", probe->why);
	char *text = memory ? json_dumps(memory, JSON_INDENT(2)) : NULL;
	int error = -ENOMEM;

	json_decref(memory);
	if (!text)
		return err_set(err, error, "%s: cannot be written: not text", path);
	error = fs_mkdir(cache, err);
	if (!error)
		error = fs_write(path, text, strlen(text), err);
	free(text);
	return error;
}

static void on_msg(void *ctx, const struct msg *msg)
{
	bool *hello = ctx;

	if (msg->type == MSG_HELLO)
		*hello = true;
}

/* Own loop and not guest_run(): hello is enough, and there is no time for an NMI. */
static int boot(const struct guest_config *config, const bool *hello, uint64_t until,
		struct guest_result *ret_result, struct err *err)
{
	struct guest *guest;
	int error = guest_start(config, &guest, err);

	if (error)
		return error;
	while (!guest_step(guest)) {
		struct pollfd poll_fd = { .fd = guest_fd(guest), .events = POLLIN };

		if (*hello)
			guest_stop(guest, GUEST_DONE, "hello");
		else if (proc_interrupted())
			guest_stop(guest, GUEST_INTERRUPTED, "the harness was told to stop");
		else if (clock_ns() >= until)
			guest_stop(guest, GUEST_NO_BOOT, "the kernel said nothing");
		else
			poll(&poll_fd, 1, guest_timeout_ms(guest));
	}
	guest_finish(guest, ret_result);
	return 0;
}

static void conclude(struct engine_probe *probe, const struct guest_result *result, bool hello,
		     const char *last)
{
	probe->kvm = hello;
	if (hello)
		snprintf(probe->why, sizeof(probe->why), "a guest was ready after %.1f s",
			 result->ready_ns / 1e9);
	else if (result->end == GUEST_NO_BOOT)
		snprintf(probe->why, sizeof(probe->why),
			 "/dev/kvm opens, but a guest was not ready after %.0f s; last words: %.300s",
			 result->wall_ns / 1e9, *last ? last : "none");
	else
		snprintf(probe->why, sizeof(probe->why),
			 "/dev/kvm opens, but a guest does not boot: %.400s", result->reason);
}

/* The last line of a short console. */
static char *last_line(const char *path)
{
	struct strv lines = { 0 };
	char *text, *line;

	if (fs_read(path, &text, NULL, NULL))
		return str_dup("");
	strv_split(&lines, text, "\r\n");
	line = str_dup(lines.nr ? lines.item[lines.nr - 1] : "");
	strv_free(&lines);
	free(text);
	return line;
}

static int try_kvm(const struct engine_probe_request *request, uint64_t until,
		   struct engine_probe *ret_probe, struct err *err)
{
	char *console = str_printf("%s/probe-kvm.console", request->cache), *last;
	bool hello = false;
	struct guest_config config = {
		.qemu = request->qemu,
		.vmlinux = request->vmlinux,
		.initramfs = request->initramfs,
		.engine = ENGINE_KVM,
		.machine = MACHINE_MICROVM,
		.cpus = 1,
		.mem_mib = PROBE_MEM_MIB,
		.console_path = console,
		.on_msg = on_msg,
		.on_msg_ctx = &hello,
	};
	struct guest_result result;
	int error;

	error = fs_mkdir(request->cache, err);
	if (!error)
		error = boot(&config, &hello, until, &result, err);
	if (error)
		goto out;
	if (result.end == GUEST_INTERRUPTED) {
		error = err_set(err, -EINTR, "KVM probe: told to stop");
	} else {
		last = last_line(console);
		conclude(ret_probe, &result, hello, last);
		free(last);
	}
	guest_result_free(&result);
out:
	free(console);
	return error;
}

/* Return: true when the device can be opened, else why is set. */
static bool device_opens(const char *device, struct engine_probe *probe)
{
	int fd = open(device, O_RDWR | O_CLOEXEC);

	if (fd >= 0) {
		close(fd);
		return true;
	}
	if (errno == EACCES || errno == EPERM)
		snprintf(probe->why, sizeof(probe->why),
			 "%s: %s; become a member of the group that owns it", device,
			 strerror(errno));
	else
		snprintf(probe->why, sizeof(probe->why), "%s: %s", device, strerror(errno));
	return false;
}

int engine_probe_kvm(const struct engine_probe_request *request,
		     struct engine_probe *ret_probe, struct err *err)
{
	uint64_t until = clock_ns() + PROBE_NS;
	struct engine_probe probe = { 0 };
	struct identity identity;
	char *path;
	int error;

	/* Told at once and not remembered: permissions change while a host is up. */
	if (!device_opens(request->device, &probe)) {
		*ret_probe = probe;
		return 0;
	}
	error = identity_make(request->qemu, request->vmlinux, &identity, err);
	if (error)
		return error;
	path = str_printf("%s/probe-kvm.json", request->cache);
	if (request->force || !recall(path, &identity, &probe)) {
		error = try_kvm(request, until, &probe, err);
		if (!error)
			error = remember(request->cache, path, &identity, &probe, err);
	}
	if (!error)
		*ret_probe = probe;
	free(path);
	identity_free(&identity);
	return error;
}
