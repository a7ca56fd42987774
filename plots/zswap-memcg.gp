# SPDX-License-Identifier: GPL-2.0-or-later
#
# zswap-memcg: a process that has less memory than it needs, and zswap less than it could use.
#
# gnuplot -c zswap-memcg.gp png|svg DATA PICTURE CAPTION BASE [VARIANT...]

heading = "zswap-memcg: below its limit"
chosen = "touch access access_p99 peak_bytes stores loads"
kind = ARG1
data = ARG2
picture = ARG3
caption = ARG4
variants = ARGC - 4
array label[variants]
do for [i = 1 : variants] { label[i] = ARGV[4 + i] }
folder = ARG0
while (strlen(folder) && folder[strlen(folder):] ne "/") { folder = folder[1:strlen(folder) - 1] }
load folder . "panels.gp"
