#include "agentd/link.h"

#include <fcntl.h>
#include <unistd.h>

#include "tests/support/unit.h"

/* The daemon may end in the turn of the loop in which a connection came to nothing. */
START_TEST(link_that_came_to_nothing_may_be_closed)
{
	const struct sockaddr_in peer = {.sin_family = AF_INET};
	struct front front = {.limits = limits_default};
	uv_loop_t loop;

	uv_loop_init(&loop);
	front.loop = &loop;
	ck_assert_int_eq(secret_generate(&front.access.secret), 0);
	ck_assert_int_eq(front_init(&front), 0);
	/* Not a socket: libssh, or the loop, will not have it. */
	link_accept(&front, open("/dev/null", O_RDWR | O_CLOEXEC), (const struct sockaddr *)&peer,
		    false);
	front_close_connections(&front);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert(LIST_EMPTY(&front.links));
	ck_assert_uint_eq(front.link_count, 0);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	front_deinit(&front);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("link");

	tcase_add_test(tests, link_that_came_to_nothing_may_be_closed);
	return unit_main(tests, "link");
}
