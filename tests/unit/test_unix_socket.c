#include "agentd/unix_socket.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/support/unit.h"
#include "tests/support/workspace.h"

/* Its whole backlog, which is one, is taken by the connection in *client. */
static int listen_and_be_busy(int *client)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "busy"};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	unlink("busy");
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(fd, 0), 0);
	*client = unix_socket_connect("busy");
	ck_assert_int_ge(*client, 0);
	return fd;
}

START_TEST(probe_does_not_wait_for_a_busy_listener)
{
	int client;
	int fd = listen_and_be_busy(&client);

	ck_assert_int_eq(unix_socket_probe("busy"), 0);
	close(client);
	close(fd);
	ck_assert_int_eq(unix_socket_probe("busy"), -ECONNREFUSED);
	ck_assert_int_eq(unix_socket_probe("missing"), -ENOENT);
}
END_TEST

START_TEST(socket_of_a_busy_listener_is_not_replaced)
{
	int client;
	int fd = listen_and_be_busy(&client);

	ck_assert_int_eq(unix_socket_listen("busy"), -EADDRINUSE);
	close(client);
	close(fd);
	fd = unix_socket_listen("busy");
	ck_assert_int_ge(fd, 0);
	close(fd);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("unix_socket");

	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_test(tests, probe_does_not_wait_for_a_busy_listener);
	tcase_add_test(tests, socket_of_a_busy_listener_is_not_replaced);
	return unit_main(tests, "unix_socket");
}
