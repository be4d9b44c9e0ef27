#include "common/wire_turns.h"

#include <assert.h>

enum {
	/* About what one key exchange costs, and ten requests. */
	TURN_NS = 300 * 1000,
	/* Strangers have up to TURN_NS, then none for so long: about a tenth of the time. */
	STRANGERS_PAUSE_MS = 3,
	/* A member who did nothing for so long is not kept waiting by strangers. */
	MEMBERS_AT_WORK_NS = 50 * 1000 * 1000,
	/* After so long, seven eighths of the time used still count. */
	DECAY_PERIOD_NS = 1000 * 1000 * 1000,
	DECAY_PERIODS_MAX = 128,
};

static void wire_turn_decay(struct wire_turn *turn, uint64_t now_ns)
{
	uint64_t periods = (now_ns - turn->used_until_ns) / DECAY_PERIOD_NS;

	turn->used_until_ns += periods * DECAY_PERIOD_NS;
	if (periods > DECAY_PERIODS_MAX)
		turn->used_ns = 0;
	for (uint64_t i = 0; i < periods && turn->used_ns > 0; i++)
		turn->used_ns -= turn->used_ns / 8 + 1;
}

static struct wire_turn_list *wire_turn_line(struct wire_turn *turn)
{
	return turn->is_stranger ? &turn->turns->strangers : &turn->turns->members;
}

static bool has_time(const struct wire_turns *turns)
{
	return turns->spent_ns < TURN_NS;
}

/* Nobody is long in line where there is no flood, and then a look at each costs little beside what they want. */
static struct wire_turn *wire_turns_least(const struct wire_turns *turns)
{
	uint64_t now_ns = uv_hrtime();
	struct wire_turn *least = NULL;
	struct wire_turn *turn;

	TAILQ_FOREACH(turn, &turns->members, entry) {
		wire_turn_decay(turn, now_ns);
		if (least == NULL || turn->used_ns < least->used_ns)
			least = turn;
	}
	return least;
}

static void wire_turn_run(struct wire_turn *turn)
{
	wire_turn_leave(turn);
	turn->on_turn(turn);
}

static bool strangers_may_go(const struct wire_turns *turns)
{
	return !TAILQ_EMPTY(&turns->strangers) &&
	       !uv_is_active((const uv_handle_t *)&turns->strangers_pause);
}

static void on_next(uv_idle_t *next)
{
	struct wire_turns *turns = next->data;

	while (!TAILQ_EMPTY(&turns->members) && has_time(turns))
		wire_turn_run(wire_turns_least(turns));
	if (TAILQ_EMPTY(&turns->members) && !strangers_may_go(turns))
		uv_idle_stop(next);
}

static void on_strangers_pause_over(uv_timer_t *pause)
{
	struct wire_turns *turns = pause->data;

	if (!TAILQ_EMPTY(&turns->strangers))
		uv_idle_start(&turns->next, on_next);
}

static bool members_are_at_work(const struct wire_turns *turns)
{
	return turns->members_came_ns != 0 &&
	       uv_hrtime() - turns->members_came_ns < MEMBERS_AT_WORK_NS;
}

static void on_strangers_turn(uv_prepare_t *prepare)
{
	struct wire_turns *turns = prepare->data;

	if (!strangers_may_go(turns))
		return;
	wire_turn_run(TAILQ_FIRST(&turns->strangers));
}

static void wire_turns_count_strangers(struct wire_turns *turns, uint64_t used_ns)
{
	turns->strangers_spent_ns += used_ns;
	if (turns->strangers_spent_ns < TURN_NS)
		return;
	turns->strangers_spent_ns = 0;
	if (members_are_at_work(turns))
		uv_timer_start(&turns->strangers_pause, on_strangers_pause_over, STRANGERS_PAUSE_MS,
			       0);
}

static void on_turn_end(uv_check_t *check)
{
	struct wire_turns *turns = check->data;

	turns->spent_ns = 0;
}

void wire_turns_init(struct wire_turns *turns, uv_loop_t *loop)
{
	*turns = (struct wire_turns){0};
	TAILQ_INIT(&turns->members);
	TAILQ_INIT(&turns->strangers);
	uv_idle_init(loop, &turns->next);
	uv_prepare_init(loop, &turns->strangers_turn);
	uv_timer_init(loop, &turns->strangers_pause);
	uv_check_init(loop, &turns->turn_end);
	turns->next.data = turns;
	turns->strangers_turn.data = turns;
	turns->strangers_pause.data = turns;
	turns->turn_end.data = turns;
	uv_prepare_start(&turns->strangers_turn, on_strangers_turn);
	uv_check_start(&turns->turn_end, on_turn_end);
	uv_unref((uv_handle_t *)&turns->strangers_turn);
	uv_unref((uv_handle_t *)&turns->turn_end);
}

void wire_turns_close(struct wire_turns *turns)
{
	uv_close((uv_handle_t *)&turns->next, NULL);
	uv_close((uv_handle_t *)&turns->strangers_turn, NULL);
	uv_close((uv_handle_t *)&turns->strangers_pause, NULL);
	uv_close((uv_handle_t *)&turns->turn_end, NULL);
}

void wire_turn_init(struct wire_turn *turn, struct wire_turns *turns,
		    void (*on_turn)(struct wire_turn *turn), void *owner)
{
	*turn = (struct wire_turn){.turns = turns,
				   .on_turn = on_turn,
				   .owner = owner,
				   .used_until_ns = uv_hrtime(),
				   .is_stranger = true};
}

void wire_turn_join(struct wire_turn *turn)
{
	assert(!turn->is_waiting); /* it is its turn, or how would it have turned out? */
	turn->is_stranger = false;
}

bool wire_turn_ask(struct wire_turn *turn)
{
	struct wire_turns *turns = turn->turns;

	if (turn->is_waiting)
		return false;
	/* Even with time left, nobody goes before those in line. */
	if (!turn->is_stranger && has_time(turns) && TAILQ_EMPTY(&turns->members))
		return true;
	TAILQ_INSERT_TAIL(wire_turn_line(turn), turn, entry);
	turn->is_waiting = true;
	uv_idle_start(&turns->next, on_next);
	return false;
}

void wire_turn_use(struct wire_turn *turn, uint64_t used_ns)
{
	uint64_t now_ns = uv_hrtime();

	wire_turn_decay(turn, now_ns);
	turn->used_ns += used_ns;
	if (turn->is_stranger) {
		wire_turns_count_strangers(turn->turns, used_ns);
	} else {
		turn->turns->spent_ns += used_ns;
		turn->turns->members_came_ns = now_ns;
	}
}

bool wire_turns_keep_strangers_out(const struct wire_turns *turns)
{
	return uv_is_active((const uv_handle_t *)&turns->strangers_pause) ||
	       turns->pass_end != NULL;
}

void wire_turns_let_in(struct wire_turns *turns, uint64_t used_ns)
{
	turns->pass_end = TAILQ_LAST(&turns->strangers, wire_turn_list);
	wire_turns_count_strangers(turns, used_ns);
}

void wire_turn_leave(struct wire_turn *turn)
{
	if (!turn->is_waiting)
		return;
	TAILQ_REMOVE(wire_turn_line(turn), turn, entry);
	turn->is_waiting = false;
	if (turn->turns->pass_end == turn)
		turn->turns->pass_end = NULL;
}
