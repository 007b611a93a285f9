/*
 * Copyright (c) 2026, linuxnet.tcp contributors
 * GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Run a command and write what it and its children took: meter FILE COMMAND [ARGUMENT...]
 *
 * A process begins with the peak of the one that forked it, so the memory of a Python harness would count as the command's;
 * this program has next to none.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval time)
{
	return time.tv_sec + time.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
	struct timespec start, end;
	struct rusage used;
	int status;
	pid_t child;
	FILE *file;

	if (argc < 3) {
		fputs("usage: meter FILE COMMAND [ARGUMENT...]\n", stderr);
		return 2;
	}
	clock_gettime(CLOCK_MONOTONIC, &start);
	child = fork();
	if (!child) {
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &used) < 0) {
		perror("meter");
		return 2;
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	file = fopen(argv[1], "w");
	if (!file) {
		perror(argv[1]);
		return 2;
	}
	fprintf(file, "{\"wall\": %.6f, \"cpu\": %.6f, \"peak_kib\": %ld}\n",
		(end.tv_sec - start.tv_sec) + (end.tv_nsec - start.tv_nsec) / 1e9,
		seconds(used.ru_utime) + seconds(used.ru_stime), used.ru_maxrss);
	fclose(file);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
