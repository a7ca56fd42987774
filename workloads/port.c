/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sends frames over the virtio-serial port. A write() returns when they are queued, and QEMU
 * takes them at once. Were its pipe to the harness full, it would wait with all CPUs of the
 * guest (guest_let_writes_wait() in harness/guest-private.h): nothing is queued when the
 * guest powers off.
 */
#include "port.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sysfs.h"

#define LOOK_AGAIN_US 200

/**
 * struct port - an open port
 * @fd: of the device
 * @seq: number of the next frame
 * @payload: room for an encoded record
 * @frame: room for a whole frame
 */
struct port {
	int fd;
	uint32_t seq;
	uint8_t payload[FRAME_PAYLOAD_MAX];
	uint8_t frame[FRAME_HEADER + FRAME_PAYLOAD_MAX];
};

int port_open_path(const char *path, struct port **ret_port)
{
	struct port *port = calloc(1, sizeof(*port));
	int err;

	if (!port)
		return -ENOMEM;
	port->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	if (port->fd < 0) {
		err = -errno;
		free(port);
		return err;
	}
	*ret_port = port;
	return 0;
}

static bool has_name(const char *class_dir, const char *device, const char *name)
{
	char path[512], text[64];

	snprintf(path, sizeof(path), "%s/%s/name", class_dir, device);
	return sysfs_read(path, text, sizeof(text)) > 0 && !strcmp(text, name);
}

static int find_device(const char *class_dir, const char *name, char *device, size_t size)
{
	DIR *dir = opendir(class_dir);
	struct dirent *entry;
	int err = -ENODEV;

	if (!dir)
		return -ENODEV;
	while (err && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || strlen(entry->d_name) >= size ||
		    !has_name(class_dir, entry->d_name, name))
			continue;
		strcpy(device, entry->d_name);
		err = 0;
	}
	closedir(dir);
	return err;
}

/*
 * The driver takes ports in from a work queue, and the name of a port comes in a
 * message after the port itself; neither sends an event that this kernel's
 * configuration lets us wait for (no netlink, no inotify), so it is looked at.
 */
int port_open_named(const char *class_dir, const char *dev_dir, const char *name,
		    unsigned int wait_ms, struct port **ret_port)
{
	const struct timespec pause = { .tv_nsec = LOOK_AGAIN_US * 1000 };
	unsigned int tries = wait_ms * (1000 / LOOK_AGAIN_US) + 1;
	char device[64], path[512];
	int err = -ENODEV;

	for (; tries; tries--) {
		err = find_device(class_dir, name, device, sizeof(device));
		if (!err) {
			snprintf(path, sizeof(path), "%s/%s", dev_dir, device);
			err = port_open_path(path, ret_port);
		}
		if (!err || (err != -ENODEV && err != -ENOENT && err != -ENXIO))
			return err;
		nanosleep(&pause, NULL);
	}
	return err;
}

void port_close(struct port *port)
{
	if (!port)
		return;
	close(port->fd);
	free(port);
}

int port_fd(const struct port *port)
{
	return port->fd;
}

static int write_all(int fd, const uint8_t *data, size_t len)
{
	ssize_t n;

	while (len) {
		n = write(fd, data, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

int port_send_payload(struct port *port, uint16_t type, const uint8_t *payload, uint32_t len)
{
	if (len > FRAME_PAYLOAD_MAX)
		return -EMSGSIZE;
	return write_all(port->fd, port->frame,
			 frame_encode(type, port->seq++, payload, len, port->frame));
}

int port_send(struct port *port, const struct msg *msg)
{
	struct wire_out out = { .data = port->payload, .size = sizeof(port->payload) };
	int err;

	err = msg_encode(msg, &out);
	if (err)
		return err;
	return port_send_payload(port, (uint16_t)msg->type, port->payload, (uint32_t)out.used);
}
