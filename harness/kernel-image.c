// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Images in the cache and their manifest, which has all of struct kernel_image.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "kernel-image.h"
#include "kernel-tree.h"

/* File in the tree, file in the image's folder. */
static const struct product {
	const char *from, *to;
} product_table[] = {
	{ "vmlinux",			"vmlinux" },
	{ ".config",			"config" },
	{ "System.map",			"System.map" },
};

void kernel_image_free(struct kernel_image *image)
{
	cache_unlock(image->lock);
	free(image->dir);
	free(image->vmlinux);
	free(image->config);
	free(image->log);
	free(image->source_version);
	free(image->compiler);
	*image = (struct kernel_image){ 0 };
}

bool kernel_image_has(const struct kernel_image *image, const char *setting)
{
	const char *equals = strchr(setting, '=');
	char *option, *text, *value;
	bool has;

	if (!equals || fs_read(image->config, &text, NULL, NULL))
		return false;
	option = str_printf("%.*s", (int)(equals - setting), setting);
	value = kconfig_value(text, option);
	has = !strcmp(value ? value : "n", equals + 1);
	free(option);
	free(value);
	free(text);
	return has;
}

/* --- found again --- */

static bool take_hash(const json_t *json, const char *name, char ret_hex[HASH_HEX])
{
	const char *hex = json_string_value(json_object_get(json, name));

	if (!hex || strspn(hex, "0123456789abcdef") != HASH_HEX - 1 || hex[HASH_HEX - 1])
		return false;
	memcpy(ret_hex, hex, HASH_HEX);
	return true;
}

static bool take_text(const json_t *json, const char *name, char **ret_text)
{
	const char *text = json_string_value(json_object_get(json, name));

	if (!text)
		return false;
	*ret_text = str_dup(text);
	return true;
}

/* A truncated image (power cut, a clean-up by hand) boots nowhere: see its size. */
static bool vmlinux_whole(const struct kernel_image *image, const json_t *json)
{
	struct stat st;

	return !stat(image->vmlinux, &st) && st.st_size > 0 &&
	       st.st_size == json_integer_value(json_object_get(json, "image_bytes"));
}

static json_t *load_manifest(const char *dir)
{
	char *path = str_printf("%s/manifest.json", dir);
	json_t *json = json_load_file(path, 0, NULL);

	free(path);
	return json;
}

int kernel_image_find(const char *root, const char *key, struct cache_lock *lock,
		      struct kernel_image *ret_image)
{
	struct kernel_image image = { .cached = true };
	json_t *json;
	bool good;

	if (!cache_complete(root, CACHE_IMAGE, key))
		return -ENOENT;
	image.dir = cache_entry_path(root, CACHE_IMAGE, key);
	image.vmlinux = str_printf("%s/vmlinux", image.dir);
	image.config = str_printf("%s/config", image.dir);
	image.log = str_printf("%s/build.log", image.dir);
	json = load_manifest(image.dir);
	good = take_hash(json, "key", image.key) && !strcmp(image.key, key) &&
	       take_hash(json, "image_hash", image.image_hash) &&
	       take_hash(json, "patch_hash", image.patch_hash) &&
	       take_hash(json, "config_hash", image.config_hash) &&
	       take_text(json, "source_version", &image.source_version) &&
	       take_text(json, "compiler", &image.compiler) &&
	       vmlinux_whole(&image, json) && fs_exists(image.config);
	json_decref(json);
	if (!good) {
		kernel_image_free(&image);
		return -EUCLEAN;
	}
	image.lock = lock;
	*ret_image = image;
	return 0;
}

/* --- made --- */

static int copy_product(const char *tree, const char *dir, const struct product *product,
			struct err *err)
{
	char *from = str_printf("%s/%s", tree, product->from);
	char *to = str_printf("%s/%s", dir, product->to);
	size_t len;
	char *data;
	int error;

	/* fs_write() makes it durable: a manifest without its image must not survive. */
	error = fs_read(from, &data, &len, err);
	if (!error) {
		error = fs_write(to, data, len, err);
		free(data);
	}
	free(from);
	free(to);
	return error;
}

static json_t *make_manifest(const struct kernel_plan *plan, const struct image_facts *facts,
			     const char *image_hash, const char *config_hash, uint64_t bytes)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:f, s:I, s:b}",
			 "name", plan->name,
			 "key", plan->key,
			 "source_key", plan->source.key,
			 "source_version", facts->source_version,
			 "patch_hash", plan->patch_hash,
			 "config_hash", config_hash,
			 "image_hash", image_hash,
			 "compiler", plan->compiler,
			 "linker", plan->linker,
			 "image_bytes", (json_int_t)bytes,
			 "seconds", facts->seconds,
			 "objects", (json_int_t)facts->objects,
			 "scratch", facts->scratch);
}

static int write_manifest(const char *dir, const struct kernel_plan *plan,
			  const struct image_facts *facts, struct err *err)
{
	char *vmlinux = str_printf("%s/vmlinux", dir), *config = str_printf("%s/config", dir);
	char *path = str_printf("%s/manifest.json", dir), *text = NULL;
	char image_hash[HASH_HEX], config_hash[HASH_HEX];
	json_t *json = NULL;
	struct stat st;
	int error;

	error = hash_file(vmlinux, image_hash, err);
	if (!error)
		error = hash_file(config, config_hash, err);
	if (error)
		goto out;
	if (stat(vmlinux, &st)) {
		error = err_set(err, -errno, "%s: cannot read: %s", vmlinux, strerror(errno));
		goto out;
	}
	json = make_manifest(plan, facts, image_hash, config_hash, st.st_size);
	text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
	/* Only a text that is no UTF-8 makes jansson refuse. */
	error = text ? fs_write(path, text, strlen(text), err) :
		err_set(err, -EINVAL, "%s: cannot write: a version text is not UTF-8", path);
out:
	json_decref(json);
	free(text);
	free(path);
	free(config);
	free(vmlinux);
	return error;
}

/* The log is moved after the manifest is there: until then an error message names it. */
static int publish(const char *root, const char *key, const char *temporary, struct err *err)
{
	char *entry = cache_entry_path(root, CACHE_IMAGE, key), *log = cache_log_path(root, key);
	char *kept = str_printf("%s/build.log", temporary);
	int error = 0;

	if (rename(log, kept) && errno != ENOENT)
		error = err_set(err, -errno, "%s: cannot rename to %s: %s", log, kept,
				strerror(errno));
	if (!error && rename(temporary, entry))
		error = err_set(err, -errno, "%s: cannot rename to %s: %s", temporary, entry,
				strerror(errno));
	free(kept);
	free(log);
	free(entry);
	return error;
}

int kernel_image_publish(const char *root, const struct kernel_plan *plan, const char *tree,
			 const struct image_facts *facts, struct err *err)
{
	char *entry = cache_entry_path(root, CACHE_IMAGE, plan->key);
	char *temporary = str_printf("%s.new", entry);
	int error;

	error = fs_remove(temporary, err);
	if (!error)
		error = fs_mkdir(temporary, err);
	for (size_t i = 0; i < ARRAY_SIZE(product_table) && !error; i++)
		error = copy_product(tree, temporary, &product_table[i], err);
	if (!error)
		error = write_manifest(temporary, plan, facts, err);
	if (!error)	/* what stands there is damaged, or we would not have built */
		error = cache_remove(root, CACHE_IMAGE, plan->key, err);
	if (!error)
		error = publish(root, plan->key, temporary, err);
	if (error)
		fs_remove(temporary, NULL);
	free(temporary);
	free(entry);
	return error;
}

unsigned int kernel_image_objects(const char *root, const char *name, bool scratch)
{
	char *folder = str_printf("%s/image", root);
	struct dirent *entry;
	unsigned int objects = 0;
	struct stat st;
	time_t newest = 0;
	DIR *dir = opendir(folder);

	while (dir && (entry = readdir(dir))) {
		char *path = str_printf("%s/%s", folder, entry->d_name);
		json_t *json = strchr(entry->d_name, '.') ? NULL : load_manifest(path);
		const char *of = json_string_value(json_object_get(json, "name"));

		if (of && !strcmp(of, name) &&
		    json_is_true(json_object_get(json, "scratch")) == scratch &&
		    !stat(path, &st) && st.st_mtime >= newest) {
			newest = st.st_mtime;
			objects = json_integer_value(json_object_get(json, "objects"));
		}
		json_decref(json);
		free(path);
	}
	if (dir)
		closedir(dir);
	free(folder);
	return objects;
}
