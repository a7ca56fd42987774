// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The processes of a host: who else is at work.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host-private.h"
#include "util.h"

#define NAMES_MAX 3	/* of processes that are named */
#define BUSY_SHARE 0.5	/* of a CPU, over its life: at work whatever its main thread does now */
#define RUNS_SHARE 0.1	/* the same of one that runs at this moment */
#define YOUNG_S 2	/* younger ones have not shown what they are */

/* "12 (a name) S 1 ...", where the name may hold blanks and parentheses. */
static bool parse_stat(const char *text, struct host_process *ret_process)
{
	struct host_process process = { 0 };
	const char *open = strchr(text, '('), *close = strrchr(text, ')');
	uint64_t user, system;

	if (!open || !close || close < open || sscanf(text, "%d", &process.pid) != 1 ||
	    sscanf(close + 1, " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64
		   " %*d %*d %*d %*d %*d %*d %" SCNu64, &process.state, &process.parent, &user,
		   &system, &process.started) != 5)
		return false;
	process.ticks = user + system;
	snprintf(process.name, sizeof(process.name), "%.*s", (int)(close - open - 1), open + 1);
	for (char *at = process.name; *at; at++)
		if (!isprint((unsigned char)*at))
			*at = '?';
	*ret_process = process;
	return true;
}

int host_processes(const char *root, struct host_process **ret_process, size_t *ret_nr)
{
	char *proc = str_printf("%s/proc", root);
	struct host_process *list = NULL, process;
	DIR *dir = opendir(proc);
	struct dirent *entry;
	size_t nr = 0;
	int error = dir ? 0 : -errno;

	while (dir && (entry = readdir(dir))) {
		char *path, *text;

		if (!isdigit((unsigned char)*entry->d_name))
			continue;
		path = str_printf("%s/%s/stat", proc, entry->d_name);
		if (!fs_read(path, &text, NULL, NULL)) {
			if (parse_stat(text, &process)) {
				list = mem_grow(list, nr + 1, sizeof(*list));
				list[nr++] = process;
			}
			free(text);
		}
		free(path);
	}
	if (dir)
		closedir(dir);
	free(proc);
	if (error)
		return error;
	*ret_process = list;
	*ret_nr = nr;
	return 0;
}

static const struct host_process *find(const struct host_process *list, size_t nr, int pid)
{
	for (size_t i = 0; i < nr; i++)
		if (list[i].pid == pid)
			return &list[i];
	return NULL;
}

/* Of the harness: itself, who started it, whom it started. Bounded: pids are used again. */
static bool is_family(const struct host_process *list, size_t nr,
		      const struct host_process *process, int own)
{
	const struct host_process *at = process;
	unsigned int steps;

	for (steps = 0; at && steps < 64; steps++, at = find(list, nr, at->parent))
		if (at->pid == own)
			return true;
	at = find(list, nr, own);
	for (steps = 0; at && steps < 64; steps++, at = find(list, nr, at->parent))
		if (at == process)
			return true;
	return false;
}

static bool is_qemu(const struct host_process *process)
{
	return !strncmp(process->name, "qemu", 4) || !strcmp(process->name, "kvm");
}

/* Seconds since the boot; 0 if it cannot be read, and then everybody is young. */
static double uptime(const struct host_request *request)
{
	double seconds = 0;
	char *text;

	if (host_read(request, &text, "/proc/uptime"))
		return 0;
	if (sscanf(text, "%lf", &seconds) != 1)
		seconds = 0;
	free(text);
	return seconds;
}

static bool is_at_work(const struct host_process *process, double now)
{
	double second = sysconf(_SC_CLK_TCK);
	double age = now - process->started / second;
	double share = age > 0 ? process->ticks / second / age : 0;

	if (age < YOUNG_S)
		return false;
	return share >= (process->state == 'R' ? RUNS_SHARE : BUSY_SHARE);
}

/* "3 at work: cc1 (4711), make (12), sh (13)" */
static enum host_level say_names(struct host_look *look, const struct strv *names)
{
	struct strv few = { 0 };
	char *text;

	for (size_t i = 0; i < names->nr && i < NAMES_MAX; i++)
		strv_add(&few, "%s", names->item[i]);
	text = strv_join(&few, ", ");
	host_say(look, HOST_GOOD, "%zu: %s%s", names->nr, text, names->nr > few.nr ? ", ..." : "");
	free(text);
	strv_free(&few);
	return look->item->level;
}

static enum host_level look_for(struct host_look *look, bool guests)
{
	double now = uptime(look->request);
	struct host_process *list;
	struct strv names = { 0 };
	enum host_level level;
	size_t nr;
	int error = host_processes(look->request->root, &list, &nr);

	if (error)
		return host_unread(look, "/proc", error);
	if (!nr)
		error = -ENOENT;
	for (size_t i = 0; i < nr; i++)
		if (is_qemu(&list[i]) == guests && (guests || is_at_work(&list[i], now)) &&
		    !is_family(list, nr, &list[i], getpid()))
			strv_add(&names, "%s (%d)", list[i].name, list[i].pid);
	free(list);
	if (error)
		level = host_unread(look, "/proc", error);
	else if (names.nr)
		level = say_names(look, &names);
	else
		level = host_say(look, HOST_GOOD, "none");
	strv_free(&names);
	return level;
}

enum host_level host_look_guests(struct host_look *look)
{
	return look_for(look, true);
}

enum host_level host_look_processes(struct host_look *look)
{
	return look_for(look, false);
}

enum host_level host_look_irqbalance(struct host_look *look)
{
	struct host_process *list;
	bool runs = false;
	size_t nr;
	int error = host_processes(look->request->root, &list, &nr);

	if (!error && !nr)
		error = -ENOENT;
	if (error)
		return host_unread(look, "/proc", error);
	for (size_t i = 0; i < nr; i++)
		runs |= !strcmp(list[i].name, "irqbalance");
	free(list);
	return runs ? host_say(look, look->item->level, "runs") :
		      host_say(look, HOST_GOOD, "does not run");
}
