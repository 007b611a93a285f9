/*
 * Copyright (c) 2026, linuxnet.tcp contributors
 * GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Make TIME_WAITs faster than they end: populate FIRST COUNT, numbers of address and port pairs that no call used before.
 *
 * Each socket connects to itself (RFC 9293, 3.5: simultaneous open) and closes, which leaves exactly one TIME_WAIT. They last the
 * kernel's 60 seconds as any other.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define FIRST_PORT 10000UL
/* Below the ephemeral range: a listener on [::] with a port of the kernel's choice is in nobody's way. */
#define PORTS 20000UL
/* 127.2.0.0 on: addresses of lo that no other helper uses. */
#define FIRST_ADDRESS 0x7f020000UL
#define WORKERS 2

static void die(const char *what, unsigned long number)
{
	fprintf(stderr, "populate: socket %lu: %s: %s\n", number, what, strerror(errno));
	_exit(1);
}

static void one(unsigned long number)
{
	struct sockaddr_in self = {
		.sin_family = AF_INET,
		.sin_port = htons(FIRST_PORT + number % PORTS),
		.sin_addr.s_addr = htonl(FIRST_ADDRESS + number / PORTS),
	};
	int made = socket(AF_INET, SOCK_STREAM, 0);

	if (made < 0)
		die("socket", number);
	if (bind(made, (struct sockaddr *)&self, sizeof(self)))
		die("bind", number);
	if (connect(made, (struct sockaddr *)&self, sizeof(self)))
		die("connect", number);
	close(made);
}

static void share(unsigned long first, unsigned long count, int worker)
{
	for (unsigned long number = first + worker; number < first + count; number += WORKERS)
		one(number);
	_exit(0);
}

int main(int argc, char **argv)
{
	int status, bad = 0;

	if (argc != 3) {
		fputs("usage: populate FIRST COUNT\n", stderr);
		return 2;
	}
	for (int worker = 0; worker < WORKERS; worker++)
		if (!fork())
			share(strtoul(argv[1], NULL, 10), strtoul(argv[2], NULL, 10), worker);
	while (wait(&status) > 0)
		bad |= status;
	return bad != 0;
}
