/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small things every module needs: strings that grow, files read whole, trees
 * made and removed, hashes, the nearest of a list of names.
 */
#ifndef PAGEMETA_UTIL_H
#define PAGEMETA_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/** str_printf() - Return: a malloc'd string; the process ends when memory does */
char *str_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** str_dup() - strdup() that cannot fail */
char *str_dup(const char *text);

/** mem_grow() - realloc() of @nr elements of @size that cannot fail */
void *mem_grow(void *old, size_t nr, size_t size);

/**
 * struct strv - a list of strings that it owns
 * @item: nr strings followed by NULL, so that it can be passed to execv()
 * @nr: how many
 */
struct strv {
	char **item;
	size_t nr;
};

void strv_add(struct strv *list, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void strv_free(struct strv *list);
bool strv_has(const struct strv *list, const char *text);

/** strv_split() - the non-empty parts of @text between any of @separators */
void strv_split(struct strv *list, const char *text, const char *separators);

/** strv_join() - Return: malloc'd text of the parts with @separator between */
char *strv_join(const struct strv *list, const char *separator);

/**
 * name_nearest() - the known name a mistyped one is closest to
 * @name: what was typed
 * @known: the candidates
 *
 * Damerau-Levenshtein distance, at most a third of the length, or a unique prefix.
 *
 * Return: one of @known or NULL.
 */
const char *name_nearest(const char *name, const struct strv *known);

/**
 * fs_read() - a whole file as text
 * @path: the file
 * @ret_text: malloc'd, NUL-terminated
 * @ret_len: bytes without the NUL; may be NULL
 * @err: may be NULL
 *
 * Return: 0 or -errno.
 */
int fs_read(const char *path, char **ret_text, size_t *ret_len, struct err *err);

/** fs_write() - replace a file atomically and durably (temporary file, fsync, rename) */
int fs_write(const char *path, const void *data, size_t len, struct err *err);

/** fs_write_all() - write() until all is written. Return: 0 or -errno */
int fs_write_all(int fd, const char *data, size_t len);

/** fs_find_program() - malloc'd path of a program in PATH, NULL if it is not there */
char *fs_find_program(const char *name);

/** fs_mkdir() - create a directory and its parents. Return: 0 or -errno */
int fs_mkdir(const char *path, struct err *err);

/** fs_remove() - remove a file or a whole tree; what is not there is no error */
int fs_remove(const char *path, struct err *err);

bool fs_exists(const char *path);

/** fs_disk_usage() - bytes allocated below @path, each inode counted once */
uint64_t fs_disk_usage(const char *path);

/** fs_age_touch() - set a file's times to now, creating it empty if needed */
int fs_age_touch(const char *path);

#define HASH_HEX 65	/* bytes of a SHA-256 in hexadecimal with its NUL */

struct hash;		/* SHA-256 in progress */

struct hash *hash_new(void);
void hash_add(struct hash *hash, const void *data, size_t len);
void hash_add_string(struct hash *hash, const char *text);	/* with its NUL, so "ab","c" != "a","bc" */
int hash_add_file(struct hash *hash, const char *path, struct err *err);
void hash_end(struct hash *hash, char ret_hex[HASH_HEX]);	/* frees @hash */
int hash_file(const char *path, char ret_hex[HASH_HEX], struct err *err);

/** clock_ns() - CLOCK_MONOTONIC in nanoseconds */
uint64_t clock_ns(void);

/** text_grouped() - "-1234567.5" as "-1,234,567.5", cut to @size bytes. Return: @buf */
char *text_grouped(char *buf, size_t size, const char *plain);

/** text_bytes() - "3.9 GiB" into a buffer of at least 16 bytes. Return: @buf */
char *text_bytes(char *buf, size_t size, uint64_t bytes);

/** text_seconds() - "1 h 02 min", "3 min 05 s", "12 s", "0.4 s". Return: @buf */
char *text_seconds(char *buf, size_t size, double seconds);

#endif
