// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Goes through the table of what is looked at, before a run and after it, and tells what
 * a finding means for an engine.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-private.h"
#include "util.h"

static struct host_finding look_at(const struct host_request *request,
				   const struct host_item *item,
				   const struct host_counts *since, const struct host_counts *now)
{
	struct host_look look = { .request = request, .item = item, .since = since, .now = now };
	enum host_level level;

	snprintf(look.mend, sizeof(look.mend), "%s", item->mend);
	level = item->look(&look);
	return (struct host_finding){
		.item = item,
		.level = level,
		.seen = str_dup(look.seen),
		.mend = str_dup(level == HOST_GOOD || level == HOST_UNKNOWN ? "" : look.mend),
	};
}

static void take(struct host_findings *list, struct host_finding finding)
{
	list->item = mem_grow(list->item, list->nr + 1, sizeof(*list->item));
	list->item[list->nr++] = finding;
}

void host_examine(const struct host_request *request, struct host_findings *ret_findings)
{
	*ret_findings = (struct host_findings){ 0 };
	host_counts_read(request->root, &ret_findings->counts);
	for (size_t i = 0; i < host_table_nr; i++)
		take(ret_findings, look_at(request, &host_table[i], NULL, &ret_findings->counts));
}

static void finding_free(struct host_finding *finding)
{
	free(finding->seen);
	free(finding->mend);
}

void host_look_again_at(const struct host_request *request, struct host_findings *findings,
			const char *name)
{
	for (size_t i = 0; i < findings->nr; i++) {
		struct host_finding *finding = &findings->item[i];
		const struct host_item *item = finding->item;

		if (strcmp(item->name, name))
			continue;
		finding_free(finding);
		*finding = look_at(request, item, NULL, &findings->counts);
	}
}

static enum host_level level_at_start(const struct host_findings *start,
				      const struct host_item *item)
{
	for (size_t i = 0; i < start->nr; i++)
		if (start->item[i].item == item)
			return start->item[i].level;
	return HOST_LEVEL_NR;
}

void host_examine_again(const struct host_request *request, const struct host_findings *start,
			struct host_findings *ret_changed)
{
	struct host_findings changed = { 0 };

	host_counts_read(request->root, &changed.counts);
	for (size_t i = 0; i < host_table_nr; i++) {
		const struct host_item *item = &host_table[i];
		struct host_finding finding;

		if (item->again == HOST_ONCE)
			continue;
		finding = look_at(request, item, &start->counts, &changed.counts);
		if (finding.level != level_at_start(start, item) ||
		    (item->again == HOST_COUNTED && finding.level != HOST_UNKNOWN))
			take(&changed, finding);
		else
			finding_free(&finding);
	}
	*ret_changed = changed;
}

void host_findings_free(struct host_findings *findings)
{
	for (size_t i = 0; i < findings->nr; i++)
		finding_free(&findings->item[i]);
	free(findings->item);
	*findings = (struct host_findings){ 0 };
}

enum host_level host_level_for(const struct host_finding *finding, enum engine engine)
{
	if (host_level_is_bad(finding->level) && !(finding->item->engines & HOST_FOR(engine)))
		return HOST_NOTE;
	return finding->level;
}

bool host_counted_for(enum engine engine)
{
	for (size_t i = 0; i < host_table_nr; i++)
		if (host_table[i].again == HOST_COUNTED && host_table[i].engines & HOST_FOR(engine))
			return true;
	return false;
}

size_t host_bad_names(const struct host_findings *findings, enum engine engine,
		      struct strv *names)
{
	size_t nr = 0;

	for (size_t i = 0; i < findings->nr; i++) {
		if (!host_level_is_bad(host_level_for(&findings->item[i], engine)))
			continue;
		strv_add(names, "%s", findings->item[i].item->name);
		nr++;
	}
	return nr;
}

char *host_cpu_model(void)
{
	char *text, *line, *model;

	if (fs_read("/proc/cpuinfo", &text, NULL, NULL))
		return str_dup("unknown CPU");
	line = strstr(text, "model name");
	line = line ? strchr(line, ':') : NULL;
	model = line ? str_printf("%.*s", (int)strcspn(line + 2, "\n"), line + 2) :
		       str_dup("unknown CPU");
	free(text);
	return model;
}
