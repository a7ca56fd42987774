/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest's end of the virtio-serial port: finding it, and sending records.
 */
#ifndef PAGEMETA_PORT_H
#define PAGEMETA_PORT_H

#include <stddef.h>
#include <stdint.h>

#include "msg.h"

#define PORT_NAME "pagemeta"
#define PORT_CLASS "/sys/class/virtio-ports"

struct port;

/**
 * port_open_path() - a port that is a file
 * @path: device, FIFO or file
 * @ret_port: closed with port_close()
 *
 * Return: 0 or -errno.
 */
int port_open_path(const char *path, struct port **ret_port);

/**
 * port_open_named() - the virtio-serial port of a name
 * @class_dir: PORT_CLASS
 * @dev_dir: "/dev"
 * @name: PORT_NAME
 * @wait_ms: how long to wait for it to appear
 * @ret_port: closed with port_close()
 *
 * Return: 0, -ENODEV when it did not appear, or -errno of opening it.
 */
int port_open_named(const char *class_dir, const char *dev_dir, const char *name,
		    unsigned int wait_ms, struct port **ret_port);

void port_close(struct port *port);

/** port_fd() - its fd */
int port_fd(const struct port *port);

/**
 * port_send_payload() - send an encoded record as the next frame
 * @port: open port
 * @type: record type
 * @payload: as msg_encode() wrote it
 * @len: at most FRAME_PAYLOAD_MAX
 *
 * Return: 0 or -errno; after a failure the stream is of no use any more.
 */
int port_send_payload(struct port *port, uint16_t type, const uint8_t *payload, uint32_t len);

/** port_send() - encode and send a record. Return: 0, -EMSGSIZE or -errno */
int port_send(struct port *port, const struct msg *msg);

#endif
