// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An init that runs every program of /tests, in a guest that is a machine the host is
 * not. What they print goes to the console, then all of it ends.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

static void run(const char *name)
{
	char path[512];
	int status = -1;
	pid_t pid;

	snprintf(path, sizeof(path), "/tests/%s", name);
	pid = fork();
	if (!pid) {
		execl(path, path, (char *)NULL);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
	printf("# %s: status %d\n", name, status);
}

int main(void)
{
	struct dirent *entry;
	DIR *dir;

	mount("sysfs", "/sys", "sysfs", 0, NULL);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("tmpfs", "/tmp", "tmpfs", 0, NULL);
	setenv("CMOCKA_MESSAGE_OUTPUT", "TAP", 1);
	setenv("LD_LIBRARY_PATH", "/lib", 1);
	/* What must not be done to a machine that is somebody's may be done here. */
	setenv("PAGEMETA_TEST_GUEST", "1", 1);
	setvbuf(stdout, NULL, _IOLBF, 0);
	dir = opendir("/tests");
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			run(entry->d_name);
	return reboot(RB_AUTOBOOT);
}
