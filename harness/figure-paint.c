// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Drawing: a gnuplot takes longer to start than to draw, so each draws many figures, and
 * there are as many as CPUs. A picture is drawn beside its place and renamed: who looks
 * at one never sees half of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "figure-paint.h"
#include "proc.h"

#define DEADLINE_S 300	/* of all pictures; a hundred take some seconds */
#define PAINTERS_MAX 8
#define PAINTER_PICTURES 6	/* fewer are not worth a gnuplot of their own */

/**
 * struct painter - a gnuplot
 * @script: what it reads
 * @said: what it prints: the name of each picture, and why it could not go on
 * @pid: 0 when it does not run
 * @failed: the picture at which it ended; malloc'd, or NULL
 */
struct painter {
	FILE *script;
	FILE *said;
	pid_t pid;
	char *failed;
};

/**
 * struct drawing - pictures being drawn
 * @picture: all of them
 * @pending: of each, whether it is still to be drawn
 * @nr: how many
 * @scripts: folder of the *.gp files, absolute
 * @dir: where the data are and the pictures go
 */
struct drawing {
	const struct figure_picture *picture;
	bool *pending;
	size_t nr;
	const char *scripts;
	const char *dir;
};

/* In single quotes nothing but these means anything to gnuplot. */
static void put_quoted(const char *text, FILE *out)
{
	fputc('\'', out);
	for (; *text; text++) {
		if (*text == '\'')
			fputc('\'', out);
		fputc(*text, out);
	}
	fputc('\'', out);
}

static void put_picture(const struct figure_picture *picture, const char *scripts, FILE *out)
{
	char *script = str_printf("%s/%s", scripts, picture->script);
	char *data = str_printf("%s.dat", picture->name);
	char *result = str_printf("%s.%s.new", picture->name, picture->kind);

	fputs("print ", out);
	put_quoted(picture->name, out);
	fprintf(out, ".'.%s'\nreset session\ncall ", picture->kind);
	put_quoted(script, out);
	fprintf(out, " '%s' ", picture->kind);
	put_quoted(data, out);
	fputc(' ', out);
	put_quoted(result, out);
	fputc('\n', out);
	free(result);
	free(data);
	free(script);
}

static bool is_name(const char *line)
{
	static const char *const end[] = { ".png", ".svg", ".pdf", ".card" };

	for (size_t i = 0; i < ARRAY_SIZE(end); i++) {
		size_t len = strlen(line), of_end = strlen(end[i]);

		if (len > of_end && !strcmp(line + len - of_end, end[i]))
			return true;
	}
	return false;
}

/* gnuplot names each picture before it draws it; its last line has the reason. */
static char *last_words(struct painter *painter)
{
	char *last = str_dup("it said nothing"), *line = NULL;
	size_t size = 0;

	rewind(painter->said);
	while (getline(&line, &size, painter->said) > 0) {
		char **keep = &last;

		line[strcspn(line, "\n")] = '\0';
		if (!*line)
			continue;
		if (is_name(line))
			keep = &painter->failed;
		free(*keep);
		*keep = str_dup(line);
	}
	free(line);
	return last;
}

static int fail(struct painter *painter, int status, struct err *err)
{
	char *words = last_words(painter), how[64];
	int error;

	error = err_set(err, -EIO, "gnuplot: cannot draw %s: %s: %s",
			painter->failed ? painter->failed : "any picture",
			proc_status_text(how, sizeof(how), status), words);
	free(words);
	return error;
}

static int open_painter(struct painter *painter, struct err *err)
{
	painter->script = tmpfile();
	painter->said = tmpfile();
	if (!painter->script || !painter->said)
		return err_set(err, -errno, "temporary file: cannot create: %s", strerror(errno));
	return 0;
}

static int start_painter(struct painter *painter, const char *dir, struct err *err)
{
	/*
	 * -d: how someone likes gnuplot at the prompt must not change a picture. By its name:
	 * what gnuplot takes for typed in does not end at an error.
	 */
	static char *const argv[] = { "gnuplot", "-d", "/dev/stdin", NULL };
	struct proc_spec spec = { .argv = argv, .dir = dir };

	if (fflush(painter->script) || fseek(painter->script, 0, SEEK_SET))
		return err_set(err, -errno, "temporary file: cannot write: %s", strerror(errno));
	spec.in_fd = fileno(painter->script);
	spec.out_fd = fileno(painter->said);
	return proc_start(&spec, &painter->pid, NULL, err);
}

static int wait_for_painter(struct painter *painter, struct err *err)
{
	int status, error = proc_wait(painter->pid, DEADLINE_S, &status);

	painter->pid = 0;
	if (!error)
		return status ? fail(painter, status, err) : 0;
	free(last_words(painter));
	return err_set(err, error, "gnuplot: stopped while drawing %s: %s",
		       painter->failed ? painter->failed : "the first picture", strerror(-error));
}

static void close_painter(struct painter *painter)
{
	if (painter->pid)
		proc_kill(painter->pid);
	if (painter->script)
		fclose(painter->script);
	if (painter->said)
		fclose(painter->said);
	free(painter->failed);
}

static size_t painters_for(size_t pictures)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	size_t most = cpus < 1 ? 1 : cpus > PAINTERS_MAX ? PAINTERS_MAX : cpus;
	size_t wanted = (pictures + PAINTER_PICTURES - 1) / PAINTER_PICTURES;

	return wanted < most ? wanted : most;
}

static char *unfinished(const struct drawing *drawing, size_t at)
{
	return str_printf("%s/%s.%s.new", drawing->dir, drawing->picture[at].name,
			  drawing->picture[at].kind);
}

static size_t hand_out(const struct drawing *drawing, struct painter *painter, size_t painters)
{
	size_t nr = 0;

	for (size_t i = 0; i < drawing->nr; i++)
		if (drawing->pending[i])
			put_picture(&drawing->picture[i], drawing->scripts,
				    painter[nr++ % painters].script);
	return nr;
}

/* What a painter has ended at is not drawn, what is not there is still to be drawn. */
static bool take_stock(struct drawing *drawing, const struct painter *painter)
{
	bool known = false;

	for (size_t i = 0; i < drawing->nr && painter->failed; i++) {
		const struct figure_picture *picture = &drawing->picture[i];
		char *name = str_printf("%s.%s", picture->name, picture->kind);

		if (drawing->pending[i] && !strcmp(name, painter->failed)) {
			char *path = unfinished(drawing, i);

			unlink(path);
			drawing->pending[i] = false;
			known = true;
			free(path);
		}
		free(name);
	}
	return known;
}

static void strike_drawn(struct drawing *drawing)
{
	for (size_t i = 0; i < drawing->nr; i++) {
		char *path = unfinished(drawing, i);

		if (drawing->pending[i] && fs_exists(path))
			drawing->pending[i] = false;
		free(path);
	}
}

/* All that is pending; *ret_again: one failed, and others may do better without it. */
static int run_painters(struct drawing *drawing, size_t painters, bool *ret_again,
			struct err *err)
{
	struct painter painter[PAINTERS_MAX] = { 0 };
	int error = 0, failed = 0;

	for (size_t i = 0; i < painters && !error; i++)
		error = open_painter(&painter[i], err);
	if (!error && hand_out(drawing, painter, painters))
		for (size_t i = 0; i < painters && !error; i++)
			error = start_painter(&painter[i], drawing->dir, err);
	for (size_t i = 0; i < painters; i++) {
		int ended = !error && painter[i].pid ? wait_for_painter(&painter[i], err) : 0;

		if (ended)
			failed = ended;
		if (ended && take_stock(drawing, &painter[i]))
			*ret_again |= ended == -EIO;
		close_painter(&painter[i]);
	}
	strike_drawn(drawing);
	return error ? error : failed;
}

static size_t count_pending(const struct drawing *drawing)
{
	size_t nr = 0;

	for (size_t i = 0; i < drawing->nr; i++)
		nr += drawing->pending[i];
	return nr;
}

static int draw_all(struct drawing *drawing, struct err *err)
{
	struct err later = { "" };
	bool again = false;
	int first;

	first = run_painters(drawing, painters_for(drawing->nr), &again, err);
	while (first && again && count_pending(drawing) && !proc_interrupted()) {
		again = false;
		run_painters(drawing, painters_for(count_pending(drawing)), &again, &later);
	}
	return first;
}

static int take_place(const struct drawing *drawing, size_t at, struct strv *ret_made,
		      struct err *err)
{
	const struct figure_picture *picture = &drawing->picture[at];
	char *place = str_printf("%s/%s.%s", drawing->dir, picture->name, picture->kind);
	char *from = unfinished(drawing, at);
	int error = 0;

	if (rename(from, place))
		error = err_set(err, -errno, "%s: gnuplot has not drawn it: %s", place,
				strerror(errno));
	else if (ret_made)
		strv_add(ret_made, "%s", place);
	free(from);
	free(place);
	return error;
}

int figure_pictures_draw(const struct figure_picture *picture, size_t nr, const char *scripts,
			 const char *dir, struct strv *ret_made, struct err *err)
{
	struct drawing drawing = { .picture = picture, .nr = nr, .dir = dir };
	char *where = realpath(scripts, NULL);
	struct err later = { "" };
	int error, late;

	if (!where)
		return err_set(err, -errno, "%s: no folder of plot scripts: %s", scripts,
			       strerror(errno));
	drawing.scripts = where;
	drawing.pending = mem_grow(NULL, nr, sizeof(*drawing.pending));
	for (size_t i = 0; i < nr; i++)
		drawing.pending[i] = true;
	error = draw_all(&drawing, err);
	for (size_t i = 0; i < nr; i++) {
		late = take_place(&drawing, i, ret_made, error ? &later : err);
		error = error ? error : late;
	}
	free(drawing.pending);
	free(where);
	return error;
}
