// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Profiles: which values each parameter goes through.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ini.h>

#include "profile.h"

static const char *suggestion(const char *name, const struct strv *known, char *buf, size_t size)
{
	const char *nearest = name_nearest(name, known);
	char *all;

	if (nearest) {
		snprintf(buf, size, "did you mean %s?", nearest);
	} else {
		all = strv_join(known, ", ");
		snprintf(buf, size, "known: %s", all);
		free(all);
	}
	return buf;
}

static int find_param(const struct workload *workload, const char *name,
		      const struct workload_param **ret, struct err *err)
{
	const struct workload_param *param = workload->params;
	struct strv known = { 0 };
	char hint[1024];

	for (; param && param->name; param++) {
		if (!strcmp(param->name, name)) {
			strv_free(&known);
			*ret = param;
			return 0;
		}
		strv_add(&known, "%s", param->name);
	}
	err_set(err, -ENOENT, "parameter %s.%s: no such parameter; %s", workload->name, name,
		suggestion(name, &known, hint, sizeof(hint)));
	strv_free(&known);
	return -ENOENT;
}

static int check_choice(const struct workload *workload, const struct workload_param *param,
			const char *value, struct err *err)
{
	struct strv known = { 0 };
	char hint[1024];
	int error = 0;

	for (unsigned int i = 0; param->choices[i]; i++)
		strv_add(&known, "%s", param->choices[i]);
	if (!strv_has(&known, value))
		error = err_set(err, -EINVAL, "parameter %s.%s: %s is no value of it; %s",
				workload->name, param->name, value,
				suggestion(value, &known, hint, sizeof(hint)));
	strv_free(&known);
	return error;
}

static int check_value(const struct workload *workload, const struct workload_param *param,
		       const char *value, struct err *err)
{
	unsigned long long number;
	char *end;

	if (param->choices)
		return check_choice(workload, param, value, err);
	errno = 0;
	number = strtoull(value, &end, 10);
	if (errno || end == value || *end || *value == '-' || number < param->min ||
	    number > param->max)
		return err_set(err, -EINVAL, "parameter %s.%s: %s: give a number from %llu to %llu",
			       workload->name, param->name, value,
			       (unsigned long long)param->min, (unsigned long long)param->max);
	return 0;
}

/* 1024 and 01024 would be two cells of one meaning, and two cells of one name. */
static int check_repeats(const struct profile_value *value, struct err *err)
{
	for (size_t i = 0; i < value->values.nr; i++)
		for (size_t j = 0; j < i; j++) {
			const char *a = value->values.item[i], *b = value->values.item[j];

			if (!strcmp(a, b) || (!value->param->choices &&
					      strtoull(a, NULL, 10) == strtoull(b, NULL, 10)))
				return err_set(err, -EINVAL, "parameter %s.%s: %s is given twice",
					       value->workload->name, value->param->name, a);
		}
	return 0;
}

static int add_value(struct profile *profile, const char *workload_name, const char *param_name,
		     const char *text, struct err *err)
{
	struct profile_value value = { 0 };
	int error;

	error = plan_find_workload(workload_name, &value.workload, err);
	if (!error)
		error = find_param(value.workload, param_name, &value.param, err);
	if (error)
		return error;
	strv_split(&value.values, text, ", \t");
	if (!value.values.nr)
		error = err_set(err, -EINVAL, "parameter %s.%s: no value given", workload_name,
				param_name);
	for (size_t i = 0; i < value.values.nr && !error; i++)
		error = check_value(value.workload, value.param, value.values.item[i], err);
	if (!error)
		error = check_repeats(&value, err);
	if (error) {
		strv_free(&value.values);
		return error;
	}
	profile->value = mem_grow(profile->value, profile->nr + 1, sizeof(*profile->value));
	profile->value[profile->nr++] = value;
	return 0;
}

int profile_set(struct profile *profile, const char *setting, struct err *err)
{
	const char *dot = strchr(setting, '.'), *equals = strchr(setting, '=');
	char *workload, *param;
	int error;

	if (!dot || !equals || dot > equals)
		return err_set(err, -EINVAL, "--param %s: give WORKLOAD.NAME=VALUE[,VALUE...]",
			       setting);
	workload = str_printf("%.*s", (int)(dot - setting), setting);
	param = str_printf("%.*s", (int)(equals - dot - 1), dot + 1);
	error = add_value(profile, workload, param, equals + 1, err);
	free(param);
	free(workload);
	return error;
}

struct reading {
	struct profile *profile;
	struct err *err;
	int error;
};

static int read_run(struct reading *reading, const char *name, const char *text)
{
	unsigned long trials;
	char *end;

	if (!strcmp(name, "base") && (!strcmp(text, "quick") || !strcmp(text, "full"))) {
		reading->profile->full = *text == 'f';
		return 0;
	}
	if (strcmp(name, "trials"))
		return err_set(reading->err, -EINVAL,
			       "[run] %s = %s: give base = quick|full or trials = NUMBER", name, text);
	trials = strtoul(text, &end, 10);
	if (end == text || *end || !trials || trials > 1000)
		return err_set(reading->err, -EINVAL, "trials = %s: give a number from 1 to 1000",
			       text);
	reading->profile->trials = trials;
	return 0;
}

/* inih's handler: 1 goes on, 0 marks the line as wrong. */
static int read_line(void *ctx, const char *section, const char *name, const char *text)
{
	struct reading *reading = ctx;

	if (!strcmp(section, "run"))
		reading->error = read_run(reading, name, text);
	else
		reading->error = add_value(reading->profile, section, name, text, reading->err);
	return !reading->error;
}

static int read_file(const char *path, struct profile *profile, struct err *err)
{
	struct err why = { "" };
	struct reading reading = { profile, &why, 0 };
	struct strv known = { 0 };
	char hint[64];
	int line;

	if (!fs_exists(path)) {
		strv_split(&known, "quick full", " ");
		err_set(err, -ENOENT, "profile %s: neither a built-in profile nor a file; %s", path,
			suggestion(path, &known, hint, sizeof(hint)));
		strv_free(&known);
		return -ENOENT;
	}
	line = ini_parse(path, read_line, &reading);
	if (line < 0)
		return err_set(err, -EIO, "profile %s: cannot be read", path);
	if (line)
		return err_set(err, -EINVAL, "profile %s: line %d: %s", path, line,
			       *why.text ? why.text : "neither [section] nor NAME = VALUE");
	return 0;
}

int profile_load(const char *name, struct profile *ret_profile, struct err *err)
{
	struct profile profile = { .full = !strcmp(name, "full") };
	int error = 0;

	if (strcmp(name, "quick") && strcmp(name, "full"))
		error = read_file(name, &profile, err);
	if (error)
		profile_free(&profile);
	else
		*ret_profile = profile;
	return error;
}

void profile_free(struct profile *profile)
{
	for (size_t i = 0; i < profile->nr; i++)
		strv_free(&profile->value[i].values);
	free(profile->value);
	*profile = (struct profile){ 0 };
}

void profile_values(const struct profile *profile, const struct workload *workload,
		    const struct workload_param *param, struct strv *ret_values)
{
	const char *declared = profile->full ? param->full : param->quick;

	for (size_t i = profile->nr; i--; ) {
		const struct profile_value *value = &profile->value[i];

		if (value->workload != workload || value->param != param)
			continue;
		for (size_t j = 0; j < value->values.nr; j++)
			strv_add(ret_values, "%s", value->values.item[j]);
		return;
	}
	strv_split(ret_values, declared ? declared : param->def, ",");
}
