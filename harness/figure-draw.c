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

#include "figure-draw.h"
#include "proc.h"

#define DEADLINE_S 300	/* of all pictures; a hundred take some seconds */
#define PAINTERS_MAX 8
#define PAINTER_PICTURES 6	/* fewer are not worth a gnuplot of their own */

/**
 * struct painter - a gnuplot
 * @script: what it reads
 * @said: what it prints: the name of each picture, and why it could not go on
 * @pid: 0 when it does not run
 */
struct painter {
	FILE *script;
	FILE *said;
	pid_t pid;
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
	char *unfinished = str_printf("%s.%s.new", picture->name, picture->kind);

	fputs("print ", out);
	put_quoted(picture->name, out);
	fprintf(out, ".'.%s'\nreset session\ncall ", picture->kind);
	put_quoted(script, out);
	fprintf(out, " '%s' ", picture->kind);
	put_quoted(data, out);
	fputc(' ', out);
	put_quoted(unfinished, out);
	fputc('\n', out);
	free(unfinished);
	free(data);
	free(script);
}

/* gnuplot says what it read and where; the last line that is not empty has the reason. */
static char *last_words(FILE *said, char **ret_picture)
{
	char *last = str_dup("it said nothing"), *line = NULL;
	bool named = false;
	size_t size = 0;

	rewind(said);
	while (getline(&line, &size, said) > 0) {
		size_t len;

		line[strcspn(line, "\n")] = '\0';
		len = strlen(line);
		if (!len)
			continue;
		named = len > 4 && (!strcmp(line + len - 4, ".png") || !strcmp(line + len - 4, ".svg") ||
				    !strcmp(line + len - 4, ".pdf") || !strcmp(line + len - 5, ".card"));
		if (named) {
			free(*ret_picture);
			*ret_picture = str_dup(line);
		} else {
			free(last);
			last = str_dup(line);
		}
	}
	free(line);
	return last;
}

static int fail(struct painter *painter, int status, struct err *err)
{
	char *picture = str_dup("any picture"), *words, how[64];
	int error;

	words = last_words(painter->said, &picture);
	error = err_set(err, -EIO, "gnuplot: cannot draw %s: %s: %s", picture,
			proc_status_text(how, sizeof(how), status), words);
	free(words);
	free(picture);
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
	if (error)
		return err_set(err, error, "gnuplot: stopped while drawing: %s", strerror(-error));
	return status ? fail(painter, status, err) : 0;
}

static void close_painter(struct painter *painter)
{
	if (painter->pid)
		proc_kill(painter->pid);
	if (painter->script)
		fclose(painter->script);
	if (painter->said)
		fclose(painter->said);
}

static size_t painters_for(size_t pictures)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	size_t most = cpus < 1 ? 1 : cpus > PAINTERS_MAX ? PAINTERS_MAX : cpus;
	size_t wanted = (pictures + PAINTER_PICTURES - 1) / PAINTER_PICTURES;

	return wanted < most ? wanted : most;
}

static int run_painters(const struct figure_picture *picture, size_t nr, const char *scripts,
			const char *dir, struct err *err)
{
	struct painter painter[PAINTERS_MAX] = { 0 };
	size_t painters = painters_for(nr);
	int error = 0, first = 0;

	for (size_t i = 0; i < painters && !error; i++)
		error = open_painter(&painter[i], err);
	for (size_t i = 0; i < nr && !error; i++)
		put_picture(&picture[i], scripts, painter[i % painters].script);
	for (size_t i = 0; i < painters && !error; i++)
		error = start_painter(&painter[i], dir, err);
	for (size_t i = 0; i < painters; i++) {
		if (!error && painter[i].pid)
			first = wait_for_painter(&painter[i], err);
		error = error ? error : first;
		close_painter(&painter[i]);
	}
	return error;
}

static int take_place(const struct figure_picture *picture, const char *dir,
		      struct strv *ret_made, struct err *err)
{
	char *place = str_printf("%s/%s.%s", dir, picture->name, picture->kind);
	char *unfinished = str_printf("%s.new", place);
	int error = 0;

	if (rename(unfinished, place))
		error = err_set(err, -errno, "%s: gnuplot has not drawn it: %s", place,
				strerror(errno));
	else if (ret_made)
		strv_add(ret_made, "%s", place);
	free(unfinished);
	free(place);
	return error;
}

static void remove_unfinished(const struct figure_picture *picture, size_t nr, const char *dir)
{
	for (size_t i = 0; i < nr; i++) {
		char *unfinished = str_printf("%s/%s.%s.new", dir, picture[i].name, picture[i].kind);

		unlink(unfinished);
		free(unfinished);
	}
}

int figure_pictures_draw(const struct figure_picture *picture, size_t nr, const char *scripts,
			 const char *dir, struct strv *ret_made, struct err *err)
{
	char *where = realpath(scripts, NULL);
	int error;

	if (!where)
		return err_set(err, -errno, "%s: no folder of plot scripts: %s", scripts,
			       strerror(errno));
	error = run_painters(picture, nr, where, dir, err);
	for (size_t i = 0; i < nr && !error; i++)
		error = take_place(&picture[i], dir, ret_made, err);
	if (error)
		remove_unfinished(picture, nr, dir);
	free(where);
	return error;
}

/* --- figures --- */

/* The first line draws it anew, whoever has the file. Not durable: it can be had again. */
static int write_data(const struct figure *figure, const char *scripts, const char *dir,
		      struct err *err)
{
	char *where = realpath(scripts, NULL);
	char *path = str_printf("%s/%s.dat", dir, figure->name);
	FILE *out = fopen(path, "w");
	int error = 0;

	if (out) {
		fprintf(out, "# gnuplot -c '%s/%s' png '%s.dat' '%s.png'\n%s",
			where ? where : scripts, figure->script, figure->name, figure->name,
			figure->data);
		errno = 0;
	}
	if (!out || fclose(out))
		error = err_set(err, errno ? -errno : -EIO, "%s: cannot write: %s", path,
				strerror(errno));
	free(path);
	free(where);
	return error;
}

static int write_all_data(const struct figures *figures, const char *scripts, const char *dir,
			  struct err *err)
{
	int error = fs_mkdir(dir, err);

	for (size_t i = 0; i < figures->nr && !error; i++)
		error = write_data(&figures->item[i], scripts, dir, err);
	return error;
}

static void add_picture(struct figure_picture **list, size_t *nr, const struct figure *figure,
			const char *kind)
{
	*list = mem_grow(*list, *nr + 1, sizeof(**list));
	(*list)[(*nr)++] = (struct figure_picture){
		.name = figure->name, .script = figure->script, .kind = kind,
	};
}

int figures_draw(const struct figures *figures, const char *scripts, const char *dir,
		 unsigned int files, struct strv *ret_made, struct err *err)
{
	static const char *const kind[] = { "png", "svg", "pdf" };
	struct figure_picture *picture = NULL;
	size_t nr = 0;
	int error;

	for (size_t i = 0; i < figures->nr; i++)
		for (size_t k = 0; k < ARRAY_SIZE(kind); k++)
			if (files & 1u << k)
				add_picture(&picture, &nr, &figures->item[i], kind[k]);
	error = nr ? write_all_data(figures, scripts, dir, err) : 0;
	if (!error && nr)
		error = figure_pictures_draw(picture, nr, scripts, dir, ret_made, err);
	free(picture);
	return error;
}

/* --- parts of a page --- */

static bool is_card(const struct figure *figure)
{
	return figure->subject != FIGURE_WORKLOAD && figure->subject != FIGURE_CENSUS;
}

static int read_card(const struct figure *figure, const char *dir, const char *prefix,
		     size_t at, struct strv *ret_svg, struct err *err)
{
	char *path = str_printf("%s/%s.card", dir, figure->name);
	char *ids = str_printf("%s%zu-", prefix, at), *text = NULL, *part;
	int error = fs_read(path, &text, NULL, err);

	if (!error) {
		part = figure_inline(text, ids);
		if (!*part)
			error = err_set(err, -EIO, "%s: gnuplot has drawn no SVG", path);
		else
			strv_add(ret_svg, "%s", part);
		free(part);
	}
	free(text);
	free(ids);
	free(path);
	return error;
}

static int draw_cards(const struct figures *figures, const char *scripts, const char *dir,
		      const char *prefix, struct strv *ret_svg, struct err *err)
{
	struct figure_picture *picture = NULL;
	size_t nr = 0;
	int error;

	for (size_t i = 0; i < figures->nr; i++)
		if (is_card(&figures->item[i]))
			add_picture(&picture, &nr, &figures->item[i], "card");
	error = write_all_data(figures, scripts, dir, err);
	if (!error && nr)
		error = figure_pictures_draw(picture, nr, scripts, dir, NULL, err);
	free(picture);
	for (size_t i = 0; i < figures->nr && !error; i++)
		if (is_card(&figures->item[i]))
			error = read_card(&figures->item[i], dir, prefix, i, ret_svg, err);
		else
			strv_add(ret_svg, "%s", "");
	return error;
}

int figures_svg(const struct figures *figures, const char *scripts, const char *prefix,
		struct strv *ret_svg, struct err *err)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = str_printf("%s/pagemeta-figures-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	struct strv svg = { 0 };
	int error = 0;

	if (!mkdtemp(dir)) {
		error = err_set(err, -errno, "%s: cannot make a folder: %s", dir, strerror(errno));
		free(dir);
		return error;
	}
	error = draw_cards(figures, scripts, dir, prefix, &svg, err);
	fs_remove(dir, NULL);
	free(dir);
	if (error)
		strv_free(&svg);
	else
		*ret_svg = svg;
	return error;
}
