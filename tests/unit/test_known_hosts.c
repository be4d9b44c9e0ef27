#include "common/known_hosts.h"

#include <errno.h>

#include "tests/support/exact.h"
#include "tests/support/unit.h"
#include "tests/support/workspace.h"

enum { FILE_MAX = 1024 * 1024 };

static char key_text[512]; /* "ssh-ed25519 AAAA...", by ssh-keygen */

static void key_set_up(void)
{
	struct byte_buf text;

	workspace_enter();
	workspace_run("ssh-keygen -q -t ed25519 -N '' -C '' -f key");
	byte_buf_init(&text, sizeof(key_text) - 1);
	workspace_read("key.pub", &text);
	memcpy(key_text, text.data, text.len);
	key_text[strcspn(key_text, "\n")] = '\0';
	while (key_text[0] != '\0' && key_text[strlen(key_text) - 1] == ' ')
		key_text[strlen(key_text) - 1] = '\0';
	byte_buf_deinit(&text);
}

/* A line whose '%' stands for the key. */
static struct byte_view line_of(const char *format, char line[2048])
{
	const char *percent = strchr(format, '%');

	if (percent == NULL)
		snprintf(line, 2048, "%s", format);
	else
		snprintf(line, 2048, "%.*s%s%s", (int)(percent - format), format, key_text,
			 percent + 1);
	return view_of(line);
}

static int parse(const char *format, struct known_hosts_line *out)
{
	char line[2048];
	struct byte_view text = line_of(format, line);

	return known_hosts_parse(text, out);
}

static int status_of(struct byte_view text)
{
	struct byte_view copy = exact_copy(text.ptr, text.len);
	struct known_hosts_line line;
	int err = known_hosts_parse(copy, &line);

	if (err == 0)
		known_hosts_line_deinit(&line);
	exact_free(copy);
	return err;
}

static int status(const char *format)
{
	char line[2048];

	return status_of(line_of(format, line));
}

static bool matches(const char *names, const char *name)
{
	struct byte_view copy = exact_copy(names, strlen(names));
	bool verdict = known_hosts_match(copy, name);

	exact_free(copy);
	return verdict;
}

START_TEST(a_line_has_names_type_key_and_comment)
{
	struct known_hosts_line line;
	struct byte_buf blob;

	ck_assert_int_eq(parse("one,two % and a comment", &line), 0);
	ck_assert_int_eq(line.marker, KNOWN_HOSTS_KEY);
	byte_buf_init(&blob, KNOWN_HOSTS_KEY_MAX);
	byte_buf_put_text(&blob, "ssh-ed25519");
	ck_assert_uint_eq(line.key_blob.len, blob.len + 4 + 32);
	ck_assert_mem_eq(line.key_blob.data, blob.data, blob.len);
	byte_buf_deinit(&blob);
	known_hosts_line_deinit(&line);
	ck_assert_int_eq(status(" \tone \t % \t#comment"), 0);
	ck_assert_int_eq(status("one %"), 0);
	ck_assert_int_eq(status("one %\r"), 0);
}
END_TEST

START_TEST(empty_lines_and_comments_are_no_lines)
{
	ck_assert_int_eq(status(""), -ENOENT);
	ck_assert_int_eq(status(" \t"), -ENOENT);
	ck_assert_int_eq(status("\r"), -ENOENT);
	ck_assert_int_eq(status("# one %"), -ENOENT);
	ck_assert_int_eq(status("  #"), -ENOENT);
}
END_TEST

START_TEST(markers_are_known_by_name)
{
	struct known_hosts_line line;

	ck_assert_int_eq(parse("@cert-authority *.example.com %", &line), 0);
	ck_assert_int_eq(line.marker, KNOWN_HOSTS_AUTHORITY);
	ck_assert_uint_eq(line.names.len, strlen("*.example.com"));
	known_hosts_line_deinit(&line);
	ck_assert_int_eq(parse("@revoked   * %", &line), 0);
	ck_assert_int_eq(line.marker, KNOWN_HOSTS_REVOKED);
	known_hosts_line_deinit(&line);
	ck_assert_int_eq(status("@Revoked * %"), -EBADMSG);
	ck_assert_int_eq(status("@revoke * %"), -EBADMSG);
	ck_assert_int_eq(status("@ * %"), -EBADMSG);
	ck_assert_int_eq(status("@revoked"), -EBADMSG);
	ck_assert_int_eq(status("@revoked "), -EBADMSG);
	ck_assert_int_eq(status("@revoked @cert-authority * %"), -EBADMSG);
	ck_assert_int_eq(status("@revoked @revoked %"), -EBADMSG);
}
END_TEST

START_TEST(broken_lines_are_badmsg)
{
	ck_assert_int_eq(status("one"), -EBADMSG);
	ck_assert_int_eq(status("one "), -EBADMSG);
	ck_assert_int_eq(status("one ssh-ed25519"), -EBADMSG);
	ck_assert_int_eq(status("one # %"), -EBADMSG);
	ck_assert_int_eq(status("one ssh-rsa AAAA"), -EBADMSG);
	ck_assert_int_eq(status("one ssh-ed25519 !!!!"), -EBADMSG);
	ck_assert_int_eq(status("one ssh-ed25519 AAAAC3NzaC1lZDI1NTE5="), -EBADMSG);
	ck_assert_int_eq(status("one 1024 35 12345678901234567890"), -EBADMSG);
	ck_assert_int_eq(status("|1|AAAA|BBBB %"), -EBADMSG);
	ck_assert_int_eq(status("|2|q2Yzv8qDVbvRMYj5TV+vYX2tKJU=|AAAA %"), -EBADMSG);
	ck_assert_int_eq(status("|1|q2Yzv8qDVbvRMYj5TV+vYX2tKJU= %"), -EBADMSG);
}
END_TEST

/* A newer ssh in the container may know them. */
START_TEST(types_unknown_here_are_no_mistake)
{
	char line[256] = "one ssh-new@example.com AAAAE3NzaC1uZXdAZXhhbXBsZS5jb20AAAADa2V5";

	ck_assert_int_eq(status(line), 0);
	line[strlen("one ssh-")] = 'o'; /* and then the blob is of another type */
	ck_assert_int_eq(status(line), -EBADMSG);
}
END_TEST

START_TEST(every_prefix_of_a_line_is_broken)
{
	char text[2048];
	struct byte_view line = line_of("@revoked host %", text);

	ck_assert_int_eq(status_of(line), 0);
	for (size_t len = 1; len < line.len; len++)
		ck_assert_int_eq(status_of((struct byte_view){line.ptr, len}), -EBADMSG);
}
END_TEST

/* OpenSSH reads C strings. */
START_TEST(a_line_ends_at_a_nul_byte)
{
	struct byte_view line = {(const uint8_t *)"# a\0b", 5};

	ck_assert_int_eq(status_of(line), -ENOENT);
	ck_assert_int_eq(status_of((struct byte_view){(const uint8_t *)"\0one", 4}), -ENOENT);
}
END_TEST

START_TEST(too_long_lines_and_keys_are_msgsize)
{
	size_t len = KNOWN_HOSTS_LINE_MAX + 1;
	char *line = malloc(len);

	memset(line, 'x', len);
	ck_assert_int_eq(status_of((struct byte_view){(uint8_t *)line, len}), -EMSGSIZE);
	ck_assert_int_eq(status_of((struct byte_view){(uint8_t *)line, len - 1}), -EBADMSG);
	snprintf(line, len, "x ssh-rsa ");
	memset(line + strlen(line), 'A', len - 10);
	ck_assert_int_eq(status_of((struct byte_view){(uint8_t *)line, 10 + 40000}), -EMSGSIZE);
	free(line);
}
END_TEST

START_TEST(names_match_whatever_their_case)
{
	ck_assert(matches("GitHub.com", "github.com"));
	ck_assert(matches("a,GITHUB.*", "github.com"));
	ck_assert(!matches("github.com", "gitlab.com"));
	ck_assert(!matches("", "github.com"));
}
END_TEST

START_TEST(a_port_is_a_part_of_the_name)
{
	ck_assert(matches("[git.example.com]:2222", "[git.example.com]:2222"));
	ck_assert(!matches("git.example.com", "[git.example.com]:2222"));
	ck_assert(!matches("[git.example.com]:2222", "git.example.com"));
	ck_assert(!matches("[git.example.com]:22", "git.example.com"));
	ck_assert(!matches("git.example.com:2222", "[git.example.com]:2222"));
	ck_assert(matches("[*.example.com]:*", "[git.example.com]:2222"));
}
END_TEST

START_TEST(negation_outweighs_every_other_pattern)
{
	ck_assert(matches("*.example.com,!bad.example.com", "good.example.com"));
	ck_assert(!matches("*.example.com,!bad.example.com", "bad.example.com"));
	ck_assert(!matches("!bad.example.com,*.example.com", "bad.example.com"));
	ck_assert(!matches("!good.example.com", "other.example.com"));
	ck_assert(!matches("*,!*.com", "github.com"));
	ck_assert(!matches("!", "github.com"));
	ck_assert(!matches(",,", "github.com"));
}
END_TEST

START_TEST(a_pattern_too_long_ends_the_list)
{
	static char names[2100];

	memset(names, '*', sizeof(names) - 1);
	names[1022] = '\0';
	ck_assert(matches(names, "host"));
	names[1022] = '*';
	names[1023] = '\0';
	ck_assert(!matches(names, "host"));
	memcpy(names, "host,", 5);
	memset(names + 1023, '*', 100);
	ck_assert(!matches(names, "host"));
}
END_TEST

START_TEST(hashed_names_match_the_name_they_were_made_of)
{
	struct known_hosts_line line;
	struct byte_buf text;

	workspace_run("echo \"GitHub.com $(cat key.pub)\" > hashed");
	workspace_run("echo \"[git.example.com]:2222 $(cat key.pub)\" > hashed-port");
	workspace_run("ssh-keygen -q -H -f hashed && ssh-keygen -q -H -f hashed-port");
	byte_buf_init(&text, FILE_MAX);
	workspace_read("hashed", &text);
	ck_assert_int_eq(text.data[0], '|');
	text.len--;
	ck_assert_int_eq(known_hosts_parse(byte_buf_view(&text), &line), 0);
	ck_assert(known_hosts_match(line.names, "github.com"));
	ck_assert(!known_hosts_match(line.names, "gitlab.com"));
	ck_assert(!known_hosts_match(line.names, ""));
	known_hosts_line_deinit(&line);
	byte_buf_clear(&text);
	workspace_read("hashed-port", &text);
	text.len--;
	ck_assert_int_eq(known_hosts_parse(byte_buf_view(&text), &line), 0);
	ck_assert(known_hosts_match(line.names, "[git.example.com]:2222"));
	ck_assert(!known_hosts_match(line.names, "git.example.com"));
	known_hosts_line_deinit(&line);
	byte_buf_deinit(&text);
}
END_TEST

/* Names and lines on which ssh-keygen -F and known_hosts_match are compared. */
static const char *const asked[] = {
	"github.com",
	"a.example.com",
	"bad.example.com",
	"example.com",
	"[a.example.com]:2222",
	"[github.com]:22",
	"192.0.2.1",
	"2001:db8::1",
	"[2001:db8::1]:2222",
	"host",
	"host1",
	"host12",
	"x",
	"xax",
	"github.com:2222",
	"sub.a.example.com",
	"aaaaaaaaab",
	"!host",
};

static const char *const lines[] = {
	"github.com %",
	"GITHUB.COM,192.0.2.1 %",
	"[github.com]:22 %",
	"github.com:2222 %",
	"*.example.com,!bad.example.com %",
	"!bad.example.com,*.example.com %",
	"!bad.example.com %",
	"*.EXAMPLE.com,!Bad.Example.COM % comment",
	"[*.example.com]:2222 %",
	"[*]:* %",
	"*,!*:* %",
	"2001:db8::1 %",
	"[2001:DB8::1]:2222 %",
	"host? %",
	"host* %",
	"h*t %",
	"?,x?x %",
	"*a*a*b %",
	",host,, %",
	"host, %",
	"!!host,* %",
	"! %",
	"@cert-authority * %",
	"@revoked host* %",
	"@revoked\thost\t\t\t\t%",
	"@revoked\thost %",
	"@cert-authority\t* %",
	"@revoked @revoked * %",
	"@nothing * %",
	"@revoked * ",
	"  \thost\t%",
	"# host %",
	"host",
	"host ",
	"host #%",
	"host ssh-ed25519",
	"host ssh-ed25519 ",
	"host ssh-rsa AAAA",
	"host ssh-dss AAAA",
	"host 1024 35 1234",
	"host nonsense %",
	"host, host1 %",
	"host,host1 %\r",
	"|1|AAAA|BBBB %",
	"|1||  %",
	"|host %",
	"*|host %",
	"host*,!host? %",
	"host?*,!host1?* %",
};

static bool our_match(const char *text, const char *name)
{
	struct known_hosts_line line;
	bool verdict = false;

	if (known_hosts_parse(view_of(text), &line) == 0) {
		verdict = known_hosts_match(line.names, name);
		known_hosts_line_deinit(&line);
	}
	return verdict;
}

/* What ssh-keygen -l -F says: "# Host NAME found: line N ...". With -l it reads the keys, too. */
static bool keygen_matched(const struct byte_buf *said, size_t number)
{
	char words[32];
	int len = snprintf(words, sizeof(words), " found: line %zu ", number);

	return said->len > 0 && memmem(said->data, said->len, words, (size_t)len) != NULL;
}

START_TEST(all_lines_match_as_for_ssh_keygen)
{
	enum { COUNT = sizeof(lines) / sizeof(lines[0]) };
	static char text[2 * COUNT][2048];
	struct byte_buf file;
	unsigned matched = 0;
	size_t count = 0;

	byte_buf_init(&file, FILE_MAX);
	for (size_t i = 0; i < COUNT; i++) {
		line_of(lines[i], text[count]);
		byte_buf_printf(&file, "%s\n", text[count++]);
	}
	workspace_write("plain", byte_buf_view(&file));
	/* All names that can be hashed, hashed by ssh-keygen. */
	workspace_run(
		"for name in github.com A.example.com '[a.example.com]:2222' 2001:db8::1 host;"
		" do echo \"$name $(cat key.pub)\"; done > some;"
		" ssh-keygen -q -H -f some; cat plain some > all");
	byte_buf_clear(&file);
	workspace_read("some", &file);
	for (char *next, *line = (char *)file.data; line < (char *)file.data + file.len;
	     line = next) {
		next = memchr(line, '\n', (size_t)((char *)file.data + file.len - line));
		ck_assert_ptr_nonnull(next);
		*next++ = '\0';
		snprintf(text[count++], sizeof(text[0]), "%s", line);
	}
	ck_assert_uint_eq(count, COUNT + 5);
	for (size_t n = 0; n < sizeof(asked) / sizeof(asked[0]); n++) {
		byte_buf_clear(&file);
		workspace_run("ssh-keygen -l -F '%s' -f all > found || true", asked[n]);
		workspace_read("found", &file);
		for (size_t i = 0; i < count; i++) {
			bool expected = keygen_matched(&file, i + 1);

			matched += expected;
			ck_assert_msg(our_match(text[i], asked[n]) == expected,
				      "%s by line %zu: %s", asked[n], i + 1, text[i]);
		}
	}
	ck_assert_uint_gt(matched, 60); /* the comparison has something to compare */
	byte_buf_deinit(&file);
}
END_TEST

/* As OpenSSH has it: of a hash, too, the padding is a part. */
START_TEST(a_hashed_name_that_is_cut_or_broken_matches_nothing)
{
	struct byte_buf text;
	char names[256];
	size_t len;

	workspace_run("echo \"host $(cat key.pub)\" > hashed; ssh-keygen -q -H -f hashed;"
		      "cut -d ' ' -f 1 hashed | tr -d '\\n' > names");
	byte_buf_init(&text, sizeof(names) - 1);
	workspace_read("names", &text);
	len = text.len;
	memcpy(names, text.data, len);
	names[len] = '\0';
	byte_buf_deinit(&text);
	ck_assert(matches(names, "host"));
	while (--len > 0) {
		names[len] = '\0';
		ck_assert_msg(!matches(names, "host"), "%s", names);
	}
}
END_TEST

START_TEST(the_type_in_front_is_the_keys)
{
	ck_assert_int_eq(status("one ssh-ed25519 AAAAAA=="), -EBADMSG); /* an empty type */
	ck_assert_int_eq(status("one ssh-ed25519 AAAA"), -EBADMSG);
	workspace_run(
		"ssh-keygen -q -t rsa -b 2048 -N '' -C '' -f rsa; blob() { cut -d ' ' -f 2 $1; };"
		"for type in ssh-rsa rsa-sha2-256 rsa-sha2-512 rsa-sha2-384 ssh-ed25519; do"
		" echo \"one $type $(blob rsa.pub)\"; done > types;"
		"echo \"one rsa-sha2-256 $(blob key.pub)\" >> types");
	for (unsigned i = 1; i <= 6; i++) {
		struct byte_buf text;

		workspace_run("sed -n %up types | tr -d '\\n' > line", i);
		byte_buf_init(&text, FILE_MAX);
		workspace_read("line", &text);
		ck_assert_int_eq(status_of(byte_buf_view(&text)), i <= 3 ? 0 : -EBADMSG);
		byte_buf_deinit(&text);
	}
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("known_hosts");

	tcase_add_unchecked_fixture(tests, key_set_up, workspace_leave);
	tcase_add_test(tests, a_line_has_names_type_key_and_comment);
	tcase_add_test(tests, empty_lines_and_comments_are_no_lines);
	tcase_add_test(tests, markers_are_known_by_name);
	tcase_add_test(tests, broken_lines_are_badmsg);
	tcase_add_test(tests, types_unknown_here_are_no_mistake);
	tcase_add_test(tests, every_prefix_of_a_line_is_broken);
	tcase_add_test(tests, a_line_ends_at_a_nul_byte);
	tcase_add_test(tests, too_long_lines_and_keys_are_msgsize);
	tcase_add_test(tests, names_match_whatever_their_case);
	tcase_add_test(tests, a_port_is_a_part_of_the_name);
	tcase_add_test(tests, negation_outweighs_every_other_pattern);
	tcase_add_test(tests, a_pattern_too_long_ends_the_list);
	tcase_add_test(tests, hashed_names_match_the_name_they_were_made_of);
	tcase_add_test(tests, all_lines_match_as_for_ssh_keygen);
	tcase_add_test(tests, a_hashed_name_that_is_cut_or_broken_matches_nothing);
	tcase_add_test(tests, the_type_in_front_is_the_keys);
	return unit_main(tests, "known_hosts");
}
