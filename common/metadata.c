/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words for metadata of memory.
 */
#include "metadata.h"

#include <stdio.h>
#include <string.h>

static const char *const kind_names[METADATA_KINDS] = {
	[METADATA_MEMMAP] = "memmap",
	[METADATA_TABLES] = "tables",
	[METADATA_SECTIONS] = "sections",
	[METADATA_PAGE_EXT] = "page_ext",
	[METADATA_DESCRIPTORS] = "descriptors",
	[METADATA_ZSPAGES] = "zspages",
};

static const char *const phase_names[METADATA_PHASES] = {
	[METADATA_BOOT] = "boot",
	[METADATA_LOADED] = "loaded",
	[METADATA_AFTER] = "after",
};

const char *metadata_kind_name(enum metadata_kind kind)
{
	return (unsigned int)kind < METADATA_KINDS ? kind_names[kind] : "invalid";
}

const char *metadata_phase_name(enum metadata_phase phase)
{
	return (unsigned int)phase < METADATA_PHASES ? phase_names[phase] : "invalid";
}

const char *metadata_labels(char buf[METADATA_LABELS], enum metadata_kind kind, unsigned int node,
			    enum metadata_phase phase)
{
	char number[16] = "device";

	if (node < METADATA_NODES)
		snprintf(number, sizeof(number), "%u", node);
	snprintf(buf, METADATA_LABELS, "kind=%s,node=%s,phase=%s", metadata_kind_name(kind), number,
		 metadata_phase_name(phase));
	return buf;
}

static bool find(const char *const *names, unsigned int nr, const char *name, unsigned int *ret_at)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (strcmp(names[i], name))
			continue;
		*ret_at = i;
		return true;
	}
	return false;
}

static bool parse_node(const char *text, unsigned int *ret_node)
{
	unsigned int node;
	char behind;

	if (!strcmp(text, "device")) {
		*ret_node = METADATA_DEVICE;
		return true;
	}
	if (*text < '0' || *text > '9' || sscanf(text, "%3u%c", &node, &behind) != 1 ||
	    node >= METADATA_NODES)
		return false;
	*ret_node = node;
	return true;
}

bool metadata_labels_parse(const char *labels, enum metadata_kind *ret_kind,
			   unsigned int *ret_node, enum metadata_phase *ret_phase)
{
	unsigned int kind_at, node_at, phase_at;
	char kind[16], node[16], phase[16];
	int end = 0;

	if (sscanf(labels, "kind=%15[^,],node=%15[^,],phase=%15[^,]%n", kind, node, phase, &end) != 3 ||
	    labels[end])
		return false;
	if (!find(kind_names, METADATA_KINDS, kind, &kind_at) || !parse_node(node, &node_at) ||
	    !find(phase_names, METADATA_PHASES, phase, &phase_at))
		return false;
	*ret_kind = (enum metadata_kind)kind_at;
	*ret_node = node_at;
	*ret_phase = (enum metadata_phase)phase_at;
	return true;
}
