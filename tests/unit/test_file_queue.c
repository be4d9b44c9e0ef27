#include "agentd/file_queue.h"

#include "tests/support/unit.h"

enum { WORKS = 6 };

static uv_loop_t loop;
static struct file_queue queue;
static struct file_work works[WORKS];
static uv_sem_t begun, may_end[WORKS]; /* posted by a work that runs; what it then waits for */
static int done[WORKS];		       /* how often */

static void run(struct file_work *work)
{
	uv_sem_post(&begun);
	uv_sem_wait(&may_end[work - works]);
}

static void on_done(struct file_work *work)
{
	ck_assert_ptr_eq(work->owner, &queue);
	ck_assert_int_eq(work->state, FILE_WORK_IDLE);
	done[work - works]++;
}

static void setup(void)
{
	ck_assert_int_eq(uv_loop_init(&loop), 0);
	file_queue_init(&queue, &loop);
	uv_sem_init(&begun, 0);
	for (int i = 0; i < WORKS; i++) {
		uv_sem_init(&may_end[i], 0);
		done[i] = 0;
	}
}

static void teardown(void)
{
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	for (int i = 0; i < WORKS; i++)
		uv_sem_destroy(&may_end[i]);
	uv_sem_destroy(&begun);
}

static void start(int i, dev_t device)
{
	works[i] = (struct file_work){
		.queue = &queue, .device = device, .owner = &queue, .run = run, .done = on_done};
	file_work_start(&works[i]);
}

static void await_begun(int count)
{
	while (count-- > 0)
		uv_sem_wait(&begun);
}

static void end_work(int i)
{
	uv_sem_post(&may_end[i]);
	while (done[i] == 0)
		uv_run(&loop, UV_RUN_ONCE);
}

static void on_other_work(uv_work_t *request)
{
	*(bool *)request->data = true;
}

static void on_other_done(uv_work_t *request, int status)
{
	(void)request;
	(void)status;
}

START_TEST(works_that_hang_leave_a_thread_to_others)
{
	bool has_run = false;
	uv_work_t other = {.data = &has_run};

	for (int i = 0; i < WORKS; i++)
		start(i, (dev_t)i);
	await_begun(FILE_QUEUE_THREADS);
	ck_assert_int_eq(uv_queue_work(&loop, &other, on_other_work, on_other_done), 0);
	while (!has_run)
		uv_run(&loop, UV_RUN_ONCE);
	ck_assert_int_eq(uv_sem_trywait(&begun), UV_EAGAIN);
	for (int i = 0; i < WORKS; i++)
		end_work(i);
}
END_TEST

START_TEST(a_file_system_has_one_thread)
{
	for (int i = 0; i < WORKS - 1; i++)
		start(i, 1);
	start(WORKS - 1, 2);
	await_begun(2);
	end_work(WORKS - 1);
	ck_assert_int_eq(uv_sem_trywait(&begun), UV_EAGAIN);
	for (int i = 0; i < WORKS - 1; i++)
		ck_assert_int_eq(works[i].state, i == 0 ? FILE_WORK_RUNNING : FILE_WORK_WAITING);
	for (int i = 0; i < WORKS - 1; i++)
		end_work(i);
}
END_TEST

START_TEST(what_waits_runs_in_the_order_it_came)
{
	start(0, 1);
	start(1, 1);
	start(2, 1);
	await_begun(1);
	end_work(0);
	await_begun(1);
	ck_assert_int_eq(works[1].state, FILE_WORK_RUNNING);
	ck_assert_int_eq(works[2].state, FILE_WORK_WAITING);
	end_work(1);
	end_work(2);
}
END_TEST

START_TEST(what_only_waited_can_be_dropped)
{
	start(0, 1);
	start(1, 1);
	await_begun(1);
	ck_assert(file_work_drop(&works[1]));
	ck_assert(!file_work_drop(&works[1]));
	ck_assert(!file_work_drop(&works[0]));
	end_work(0);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(done[0], 1);
	ck_assert_int_eq(done[1], 0);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("file_queue");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, works_that_hang_leave_a_thread_to_others);
	tcase_add_test(tests, a_file_system_has_one_thread);
	tcase_add_test(tests, what_waits_runs_in_the_order_it_came);
	tcase_add_test(tests, what_only_waited_can_be_dropped);
	return unit_main(tests, "file_queue");
}
