// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Takes the options of a session.
 */
#include "session-options.h"

int session_option(struct session_request *request, int opt)
{
	switch (opt) {
	case OPT_ENGINE:
		request->engine = optarg;
		break;
	case OPT_JOBS:
		return cmd_count("--jobs", optarg, &request->jobs);
	case OPT_SILENCE:
		return cmd_count("--silence", optarg, &request->silence_s);
	case OPT_TRIALS:
		return cmd_count("--trials", optarg, &request->plan.trials);
	case OPT_PROFILE:
		request->plan.profile = optarg;
		break;
	case OPT_PARAM:
		strv_add(&request->plan.params, "%s", optarg);
		break;
	case OPT_WORKLOADS:
		strv_split(&request->plan.workloads, optarg, ",");
		break;
	case OPT_OUT:
		request->out = optarg;
		break;
	}
	return -1;
}
