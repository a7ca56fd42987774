// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds places for guests. Every way of placing one is tried on the host as it is now
 * and, where guests may have to wait, on the host with nobody on it: that tells what
 * is worth waiting for.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "topo-place.h"
#include "util.h"

/* What the kernel needs of a node itself, for one: a sixteenth is not given away. */
#define MEMORY_KEPT 16

/**
 * struct holding - what is taken of a node
 * @guests: guests with a node of theirs on it
 * @mem_mib: memory that is bound to it
 * @core: per core: taken
 */
struct holding {
	unsigned int guests;
	uint64_t mem_mib;
	bool *core;
};

/**
 * struct topo_pool - a host and who has what of it
 * @topo: the host
 * @exclusive: guests share neither cores nor nodes
 * @housekeeping: a core is kept
 * @first: index of the node whose first core that is
 * @held: per node
 * @guests: guests that run
 * @floating: those of them that are not pinned
 * @spread: those of them that have several vCPUs
 */
struct topo_pool {
	const struct topo *topo;
	bool exclusive;
	bool housekeeping;
	unsigned int first;
	struct holding *held;
	unsigned int guests;
	unsigned int floating;
	unsigned int spread;
};

/**
 * struct attempt - one way to place a guest
 * @pool: the host
 * @idle: as if nobody were on it
 * @keep: the core of housekeeping is not given away
 * @bind: memory is bound, so that it must fit
 * @want: what is placed; one node where all of a guest goes to one
 */
struct attempt {
	const struct topo_pool *pool;
	bool idle;
	bool keep;
	bool bind;
	struct topo_want want;
};

/**
 * struct choice - host nodes for the nodes of a guest
 * @node: indices
 * @nr: how many so far
 */
struct choice {
	unsigned int node[TOPO_GUEST_NODES_MAX];
	unsigned int nr;
};

unsigned int topo_share(unsigned int total, unsigned int nodes, unsigned int index)
{
	return total / nodes + (index < total % nodes);
}

unsigned int topo_want_nodes(const struct topo_want *want)
{
	return want->nodes ? want->nodes : 1;
}

static unsigned int mem_of(const struct topo_want *want, unsigned int index)
{
	return topo_share(want->mem_mib, topo_want_nodes(want), index) +
	       (index ? 0 : want->extra_mib);
}

static unsigned int cpus_of(const struct topo_want *want, unsigned int index)
{
	return topo_share(want->cpus, topo_want_nodes(want), index);
}

struct topo_pool *topo_pool_new(const struct topo *topo, bool exclusive, bool housekeeping)
{
	struct topo_pool *pool = mem_grow(NULL, 1, sizeof(*pool));
	unsigned int nr = topo_nodes(topo);

	*pool = (struct topo_pool){
		.topo = topo, .exclusive = exclusive,
		.housekeeping = housekeeping && topo_cores(topo) > 1,
	};
	pool->held = mem_grow(NULL, nr, sizeof(*pool->held));
	for (unsigned int i = 0; i < nr; i++) {
		unsigned int cores = topo_node(topo, i)->nr_cores;

		pool->held[i] = (struct holding){ .core = mem_grow(NULL, cores, sizeof(bool)) };
		memset(pool->held[i].core, 0, cores * sizeof(bool));
	}
	while (pool->first + 1 < nr && !topo_node(topo, pool->first)->nr_cores)
		pool->first++;
	return pool;
}

void topo_pool_free(struct topo_pool *pool)
{
	if (!pool)
		return;
	for (unsigned int i = 0; i < topo_nodes(pool->topo); i++)
		free(pool->held[i].core);
	free(pool->held);
	free(pool);
}

const char *topo_pool_housekeeping(const struct topo_pool *pool)
{
	return pool->housekeeping ? topo_first_core(pool->topo) : NULL;
}

static bool core_is_free(const struct attempt *attempt, unsigned int node, unsigned int core)
{
	const struct topo_pool *pool = attempt->pool;

	if (attempt->keep && node == pool->first && !core)
		return false;
	return attempt->idle || !pool->held[node].core[core];
}

static unsigned int free_cores(const struct attempt *attempt, unsigned int node)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < topo_node(attempt->pool->topo, node)->nr_cores; i++)
		nr += core_is_free(attempt, node, i);
	return nr;
}

static bool memory_fits(const struct attempt *attempt, unsigned int node, unsigned int mem_mib)
{
	uint64_t has = topo_node(attempt->pool->topo, node)->memory >> 20;
	uint64_t held = attempt->idle ? 0 : attempt->pool->held[node].mem_mib;

	return !attempt->bind || !has || held + mem_mib <= has - has / MEMORY_KEPT;
}

static unsigned int guests_on(const struct attempt *attempt, unsigned int node)
{
	return attempt->idle ? 0 : attempt->pool->held[node].guests;
}

/* Whether host node @node can be node @index of the guest. */
static bool node_fits(const struct attempt *attempt, unsigned int node, unsigned int index)
{
	unsigned int cpus = cpus_of(&attempt->want, index);

	if (attempt->pool->exclusive && guests_on(attempt, node))
		return false;
	return free_cores(attempt, node) >= cpus &&
	       memory_fits(attempt, node, mem_of(&attempt->want, index));
}

static unsigned int guests_in_package(const struct attempt *attempt, unsigned int node)
{
	const struct topo *topo = attempt->pool->topo;
	unsigned int nr = 0;

	for (unsigned int i = 0; i < topo_nodes(topo); i++)
		if (topo_node(topo, i)->package == topo_node(topo, node)->package)
			nr += guests_on(attempt, i);
	return nr;
}

#define COSTS 5

/*
 * What speaks against a choice, the gravest first. Guests on one node share memory
 * bandwidth and a last-level cache, those in one package at least its power; a node
 * without CPUs has memory of another kind; housekeeping makes noise where it is.
 */
static void count_costs(const struct attempt *attempt, const struct choice *choice,
			unsigned int cost[COSTS])
{
	const struct topo *topo = attempt->pool->topo;

	memset(cost, 0, COSTS * sizeof(*cost));
	for (unsigned int i = 0; i < choice->nr; i++) {
		unsigned int node = choice->node[i];

		cost[0] += guests_on(attempt, node);
		cost[1] += !topo_node(topo, node)->nr_cores;
		for (unsigned int j = 0; j < choice->nr; j++)
			cost[2] += topo_distance(topo, node, choice->node[j]);
		cost[3] += guests_in_package(attempt, node);
		cost[4] += attempt->keep && node == attempt->pool->first;
	}
}

static bool is_better(const struct attempt *attempt, const struct choice *choice,
		      const struct choice *than)
{
	unsigned int mine[COSTS], theirs[COSTS];

	if (!than->nr)
		return true;
	count_costs(attempt, choice, mine);
	count_costs(attempt, than, theirs);
	for (unsigned int i = 0; i < COSTS; i++)
		if (mine[i] != theirs[i])
			return mine[i] < theirs[i];
	return false;
}

static bool choice_has(const struct choice *choice, unsigned int node)
{
	for (unsigned int i = 0; i < choice->nr; i++)
		if (choice->node[i] == node)
			return true;
	return false;
}

/* Add the best host node for the next node of the guest. The last nodes come first. */
static bool choice_grow(const struct attempt *attempt, struct choice *choice)
{
	struct choice best = { .nr = 0 };

	for (unsigned int node = topo_nodes(attempt->pool->topo); node--;) {
		struct choice grown = *choice;

		if (choice_has(choice, node) || !node_fits(attempt, node, choice->nr))
			continue;
		grown.node[grown.nr++] = node;
		if (is_better(attempt, &grown, &best))
			best = grown;
	}
	if (best.nr)
		*choice = best;
	return best.nr;
}

/* From each node as the first one, its nearest: the best of these. */
static bool choose(const struct attempt *attempt, struct choice *ret_choice)
{
	unsigned int nr = topo_want_nodes(&attempt->want);
	struct choice best = { .nr = 0 };

	for (unsigned int node = topo_nodes(attempt->pool->topo); node--;) {
		struct choice choice = { .node = { node }, .nr = 1 };

		if (!node_fits(attempt, node, 0))
			continue;
		while (choice.nr < nr && choice_grow(attempt, &choice))
			;
		if (choice.nr == nr && is_better(attempt, &choice, &best))
			best = choice;
	}
	*ret_choice = best;
	return best.nr;
}

/**
 * struct way - a way to place a guest
 * @together: all of it on one host node
 * @keep: the core of housekeeping is kept
 */
struct way {
	bool together;
	bool keep;
};

static const struct way ways[] = {
	{ .keep = true }, { .keep = false },
	{ .together = true, .keep = true }, { .together = true, .keep = false },
};

/* Return: false for a way that there is not, or that is another one's twin. */
static bool attempt_make(const struct topo_pool *pool, const struct topo_want *want,
			 const struct way *way, struct attempt *ret_attempt)
{
	bool several = topo_want_nodes(want) > 1;

	*ret_attempt = (struct attempt){
		.pool = pool, .keep = way->keep, .bind = topo_binds(pool->topo), .want = *want,
	};
	if (way->together)
		ret_attempt->want.nodes = 1;
	if (way->keep && !pool->housekeeping)
		return false;
	/* What is not bound lies anywhere: nodes of their own would be so in name only. */
	return way->together ? several : !several || ret_attempt->bind;
}

static void take_cores(struct topo_pool *pool, const struct attempt *attempt, unsigned int node,
		       unsigned int nr, int *cpu)
{
	for (unsigned int core = 0, done = 0; done < nr; core++) {
		if (!core_is_free(attempt, node, core))
			continue;
		pool->held[node].core[core] = true;
		cpu[done++] = topo_node(pool->topo, node)->cpu[core];
	}
}

static void hold(struct topo_pool *pool, const struct attempt *attempt,
		 const struct choice *choice, struct topo_placement *place)
{
	unsigned int cpu = 0;

	place->bind = attempt->bind;
	place->emulated = topo_want_nodes(&place->want) > choice->nr;
	for (unsigned int i = 0; i < choice->nr; i++) {
		unsigned int node = choice->node[i], cpus = cpus_of(&attempt->want, i);

		take_cores(pool, attempt, node, cpus, &place->cpu[cpu]);
		cpu += cpus;
		pool->held[node].guests++;
		pool->held[node].mem_mib += attempt->bind ? mem_of(&attempt->want, i) : 0;
		place->node[i] = topo_node(pool->topo, node)->os;
	}
	for (unsigned int i = choice->nr; i < topo_want_nodes(&place->want); i++)
		place->node[i] = place->node[0];
	if (attempt->keep)
		place->others = topo_first_core(pool->topo);
	else
		snprintf(place->why, sizeof(place->why), "no core left for housekeeping");
}

static bool is_valid(const struct topo_want *want)
{
	return want->cpus && want->cpus <= TOPO_CPUS_MAX && want->nodes <= TOPO_GUEST_NODES_MAX;
}

static void start_empty(const struct topo_pool *pool, const struct topo_want *want,
			struct topo_placement *place)
{
	*place = (struct topo_placement){ .want = *want, .others = topo_cpu_list(pool->topo) };
	for (unsigned int i = 0; i < TOPO_GUEST_NODES_MAX; i++)
		place->node[i] = -1;
	for (unsigned int i = 0; i < TOPO_CPUS_MAX; i++)
		place->cpu[i] = -1;
}

/*
 * Whether a guest may not be squeezed in between others. vCPUs of one guest wait for each
 * other: one that does not run while others spin on its lock is a stall to their kernel.
 */
static bool must_wait(const struct topo_pool *pool, const struct topo_want *want)
{
	return pool->exclusive || want->cpus > 1 || pool->spread;
}

static void count_in(struct topo_pool *pool, const struct topo_want *want)
{
	pool->guests++;
	pool->spread += want->cpus > 1;
}

/* An empty host cannot pin it either, or, where it need not wait, this one cannot now. */
static int take_floating(struct topo_pool *pool, struct topo_placement *place)
{
	if (must_wait(pool, &place->want) && pool->guests)
		return -EBUSY;
	count_in(pool, &place->want);
	pool->floating++;
	place->emulated = topo_want_nodes(&place->want) > 1;
	snprintf(place->why, sizeof(place->why), "not pinned: no room for %u vCPU(s) with %u MiB "
		 "among %u core(s) of %u node(s)", place->want.cpus,
		 place->want.mem_mib + place->want.extra_mib, topo_cores(pool->topo),
		 topo_nodes(pool->topo));
	return 0;
}

int topo_take(struct topo_pool *pool, const struct topo_want *want,
	      struct topo_placement *ret_place)
{
	struct topo_placement place;
	struct attempt attempt;
	struct choice choice;
	int error;

	if (!is_valid(want))
		return -EINVAL;
	if (must_wait(pool, want) && pool->floating)
		return -EBUSY;
	start_empty(pool, want, &place);
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		if (!attempt_make(pool, want, &ways[i], &attempt))
			continue;
		if (choose(&attempt, &choice)) {
			hold(pool, &attempt, &choice, &place);
			count_in(pool, want);
			*ret_place = place;
			return 0;
		}
		attempt.idle = true;
		if (must_wait(pool, want) && choose(&attempt, &choice))
			return -EBUSY;
	}
	error = take_floating(pool, &place);
	if (!error)
		*ret_place = place;
	return error;
}

static int node_index(const struct topo_pool *pool, int os)
{
	for (unsigned int i = 0; i < topo_nodes(pool->topo); i++)
		if ((int)topo_node(pool->topo, i)->os == os)
			return i;
	return -1;
}

static void give_core(struct topo_pool *pool, int cpu)
{
	for (unsigned int i = 0; i < topo_nodes(pool->topo); i++)
		for (unsigned int j = 0; j < topo_node(pool->topo, i)->nr_cores; j++)
			if (topo_node(pool->topo, i)->cpu[j] == cpu)
				pool->held[i].core[j] = false;
}

void topo_give(struct topo_pool *pool, const struct topo_placement *place)
{
	struct topo_want want = place->want;

	pool->guests--;
	pool->spread -= want.cpus > 1;
	if (!topo_is_pinned(place)) {
		pool->floating--;
		return;
	}
	if (place->emulated)
		want.nodes = 1;
	for (unsigned int i = 0; i < topo_want_nodes(&want); i++) {
		int node = node_index(pool, place->node[i]);

		pool->held[node].guests--;
		pool->held[node].mem_mib -= place->bind ? mem_of(&want, i) : 0;
	}
	for (unsigned int i = 0; i < want.cpus; i++)
		give_core(pool, place->cpu[i]);
}

bool topo_is_pinned(const struct topo_placement *place)
{
	return place && place->want.cpus && place->cpu[0] >= 0;
}

unsigned int topo_room(const struct topo *topo, bool exclusive, bool housekeeping,
		       const struct topo_want *want, unsigned int max)
{
	struct topo_pool *pool = topo_pool_new(topo, exclusive, housekeeping);
	struct topo_placement place;
	unsigned int nr = 0;

	while (nr < max && !topo_take(pool, want, &place) && topo_is_pinned(&place) &&
	       (!pool->housekeeping || place.others == topo_first_core(topo)))
		nr++;
	topo_pool_free(pool);
	return nr;
}

/* The CPUs of node @index of the guest: "CPUs 4,5", "no CPU". */
static void add_cpus(const struct topo_placement *place, unsigned int first, unsigned int nr,
		     struct strv *words)
{
	struct strv cpus = { 0 };
	char *list;

	for (unsigned int i = first; i < first + nr; i++)
		strv_add(&cpus, "%d", place->cpu[i]);
	list = strv_join(&cpus, ",");
	strv_add(words, "%s%s", nr > 1 ? "CPUs " : nr ? "CPU " : "no CPU", list);
	free(list);
	strv_free(&cpus);
}

static void add_nodes(const struct topo_placement *place, struct strv *words)
{
	unsigned int nodes = topo_want_nodes(&place->want), cpu = 0;

	for (unsigned int i = 0; i < nodes; i++) {
		unsigned int cpus = cpus_of(&place->want, i);

		if (nodes > 1)
			strv_add(words, "guest node %u: node %d", i, place->node[i]);
		else
			strv_add(words, "node %d", place->node[i]);
		add_cpus(place, cpu, cpus, words);
		cpu += cpus;
	}
	strv_add(words, place->bind ? "memory bound" : "memory not bound");
}

char *topo_placement_text(const struct topo_placement *place)
{
	struct strv words = { 0 };
	char *list, *text;

	if (topo_is_pinned(place))
		add_nodes(place, &words);
	if (place->others)
		strv_add(&words, "%s on CPUs %s", topo_is_pinned(place) ? "other threads" :
			 "all threads", place->others);
	if (*place->why)
		strv_add(&words, "%s", place->why);
	list = strv_join(&words, ", ");
	text = str_printf("%s%s", place->emulated ? "emulated topology: " : "", list);
	free(list);
	strv_free(&words);
	return text;
}
