// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Looks up in QEMU's numa_maps where the guest's memory is. Nothing else in QEMU is
 * bound to a node, so that the policy alone tells which mappings are the guest's.
 */
#include <stdlib.h>

#include "guest-memory.h"
#include "numa-maps.h"

/** struct look - what the walk over the mappings needs */
struct look {
	struct guest_memory *memory;
	const char *maps;
};

static struct guest_memory_node *node_of(struct guest_memory *memory, int node)
{
	for (unsigned int i = 0; i < memory->nr; i++)
		if (memory->node[i].node == node)
			return &memory->node[i];
	return NULL;
}

static void look_at(void *ctx, const struct numa_mapping *mapping)
{
	const struct look *look = ctx;
	struct guest_memory_node *node = node_of(look->memory, mapping->bound);

	if (!node)
		return;
	node->bound += numa_maps_size(look->maps, mapping->start);
	for (size_t i = 0; i < mapping->nr_on; i++)
		if ((int)mapping->on[i].node == node->node)
			node->there += mapping->on[i].bytes;
		else
			node->elsewhere += mapping->on[i].bytes;
}

static void ask(const struct guest_config *config, struct guest_memory *memory)
{
	const struct topo_placement *place = config->placement;
	unsigned int nodes = topo_want_nodes(&place->want);

	for (unsigned int i = 0; i < nodes; i++) {
		struct guest_memory_node *node = node_of(memory, place->node[i]);
		uint64_t mib = topo_share(config->mem_mib, nodes, i) + (i ? 0 : config->pmem_mib);

		if (!node) {
			node = &memory->node[memory->nr++];
			node->node = place->node[i];
		}
		node->asked += mib << 20;
	}
}

int guest_memory_parse(const struct guest_config *config, const char *numa_maps, const char *maps,
		       struct guest_memory *ret_memory, struct err *err)
{
	struct guest_memory memory = { .nr = 0 };
	struct look look = { .memory = &memory, .maps = maps };
	int error;

	ask(config, &memory);
	error = numa_maps_each(numa_maps, look_at, &look, err);
	if (!error)
		*ret_memory = memory;
	return error;
}

int guest_memory_read(const struct guest_config *config, pid_t pid,
		      struct guest_memory *ret_memory, struct err *err)
{
	char *paths[] = {
		str_printf("/proc/%d/numa_maps", (int)pid), str_printf("/proc/%d/maps", (int)pid),
	};
	char *text[] = { NULL, NULL };
	int error = 0;

	for (size_t i = 0; i < ARRAY_SIZE(paths) && !error; i++)
		error = fs_read(paths[i], &text[i], NULL, err);
	if (!error)
		error = guest_memory_parse(config, text[0], text[1], ret_memory, err);
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		free(paths[i]);
		free(text[i]);
	}
	return error;
}

static int check_node(const struct guest_memory_node *node, bool pages, struct err *err)
{
	char asked[16], bound[16], elsewhere[16];

	if (node->bound != node->asked)
		return err_set(err, -EIO, "guest memory: %s were to be bound to node %d, and %s are, "
			       "by QEMU's numa_maps", text_bytes(asked, sizeof(asked), node->asked),
			       node->node, text_bytes(bound, sizeof(bound), node->bound));
	if (pages && node->elsewhere)
		return err_set(err, -EIO, "guest memory: %s of what is bound to node %d are on other "
			       "nodes, by QEMU's numa_maps",
			       text_bytes(elsewhere, sizeof(elsewhere), node->elsewhere), node->node);
	return 0;
}

int guest_memory_check(const struct guest_memory *memory, bool pages, struct err *err)
{
	int error = 0;

	for (unsigned int i = 0; i < memory->nr && !error; i++)
		error = check_node(&memory->node[i], pages, err);
	return error;
}

char *guest_memory_text(const struct guest_memory *memory)
{
	char bound[16], used[16], *list, *text;
	struct strv words = { 0 };

	for (unsigned int i = 0; i < memory->nr; i++) {
		const struct guest_memory_node *node = &memory->node[i];

		strv_add(&words, "%s bound to node %d, %s of it there",
			 text_bytes(bound, sizeof(bound), node->bound), node->node,
			 text_bytes(used, sizeof(used), node->there));
	}
	list = strv_join(&words, "; ");
	text = str_printf("numa_maps: %s", list);
	free(list);
	strv_free(&words);
	return text;
}
