// SPDX-License-Identifier: GPL-2.0-or-later
/* Equal pages for the checks of what KSM must not merge. */
#include "ksm-equal.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "content.h"
#include "ksm-control.h"
#include "workload.h"

#define BYTES (KSM_EQUAL * sizeof(((struct ksm_equal *)0)->content))

static int write_settings(struct run *run)
{
	int err = ksm_stop();

	if (err)
		return run_error(run, err, KSM_FOLDER "run: %s", strerror(-err));
	err = ksm_set(run, "max_page_sharing", 256);
	if (!err)
		err = ksm_set(run, "merge_across_nodes", 1);
	if (!err)
		err = ksm_set(run, "use_zero_pages", 0);
	return err ? err : ksm_set(run, "smart_scan", 0);
}

static int fill(struct ksm_equal *equal)
{
	struct content_maker *maker = content_maker_new(CONTENT_TEXT, run_seed(equal->run));
	size_t i;

	if (!maker)
		return run_error(equal->run, -ENOMEM, "no memory for a page");
	content_fill(maker, 1, equal->content);
	content_maker_free(maker);
	memcpy(&equal->word, equal->content + KSM_WORD, sizeof(equal->word));
	for (i = 0; i < KSM_EQUAL; i++)
		memcpy(equal->page + i * sizeof(equal->content), equal->content,
		       sizeof(equal->content));
	return 0;
}

int ksm_equal_open(struct ksm_equal *equal, struct run *run)
{
	void *at;
	int err;

	memset(equal, 0, sizeof(*equal));
	equal->run = run;
	err = write_settings(run);
	if (err)
		return err;
	at = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		return run_error(run, -errno, "mmap: %s", strerror(errno));
	equal->page = at;
	if (madvise(at, BYTES, MADV_NOHUGEPAGE) || madvise(at, BYTES, MADV_MERGEABLE))
		return run_error(run, -errno, "madvise: %s", strerror(errno));
	return fill(equal);
}

void ksm_equal_close(struct ksm_equal *equal)
{
	ksm_stop();
	if (equal->page)
		munmap(equal->page, BYTES);
	equal->page = NULL;
}
