/*
 * Copyright (c) 2026, linuxnet.tcp contributors
 * GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The floor: receive the same sock_diag dump as the collection does and count states, with nothing around it.
 * Prints one JSON object: seconds and processor seconds of the dump, and the count of each state number.
 */
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define STATES 16
#define ALL_STATES 0xffffffff

static unsigned long counts[STATES];
static char buffer[64 * 1024];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* The request that names no family and is answered with both: one walk of the kernel's table, as plugins/module_utils does it. */
static void ask(int link)
{
	struct {
		struct nlmsghdr header;
		struct inet_diag_req body;
	} request = {
		.header = {.nlmsg_len = sizeof(request), .nlmsg_type = TCPDIAG_GETSOCK, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.body = {.idiag_states = ALL_STATES},
	};
	if (send(link, &request, sizeof(request), 0) < 0)
		die("send");
}

/* Count one datagram; say whether it ended the dump. */
static int count(ssize_t length)
{
	for (struct nlmsghdr *message = (struct nlmsghdr *)buffer; NLMSG_OK(message, length); message = NLMSG_NEXT(message, length)) {
		if (message->nlmsg_type == NLMSG_DONE)
			return 1;
		if (message->nlmsg_type == NLMSG_ERROR) {
			fputs("the kernel refused the dump\n", stderr);
			exit(1);
		}
		counts[((struct inet_diag_msg *)NLMSG_DATA(message))->idiag_state & (STATES - 1)]++;
	}
	return 0;
}

static void dump(void)
{
	int link = socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG);
	ssize_t length;

	if (link < 0)
		die("socket");
	ask(link);
	do {
		length = recv(link, buffer, sizeof(buffer), 0);
		if (length <= 0)
			die("recv");
	} while (!count(length));
	close(link);
}

static double now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

int main(void)
{
	double wall = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);

	dump();
	printf("{\"took\": {\"inner\": %.6f, \"inner_cpu\": %.6f}, \"counts\": {", now(CLOCK_MONOTONIC) - wall, now(CLOCK_PROCESS_CPUTIME_ID) - cpu);
	for (int state = 0, shown = 0; state < STATES; state++)
		if (counts[state])
			printf("%s\"%d\": %lu", shown++ ? ", " : "", state, counts[state]);
	puts("}}");
	return 0;
}
