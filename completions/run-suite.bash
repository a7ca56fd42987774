# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Completion of run-suite for bash: the program itself says what can stand there. In a checkout:
# source completions/run-suite.bash

_run_suite()
{
	local IFS=$'\n' word join='' line cur value nr
	local -a words=()

	# bash takes "--format=json" apart.
	for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
		nr=${#words[@]}
		if ((nr)) && [[ $word == '=' || $join ]]; then
			words[nr - 1]+=$word
			join=
			[[ $word != '=' ]] || join=yes
		else
			words+=("$word")
		fi
	done
	cur=${words[${#words[@]} - 1]}
	value=${cur##*=}
	COMPREPLY=()
	while IFS= read -r line; do
		case $line in
		:files)
			compopt -o filenames 2>/dev/null
			mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$value") ;;
		:folders)
			compopt -o filenames 2>/dev/null
			mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$value") ;;
		:list | :open)
			compopt -o nospace 2>/dev/null ;;
		*)
			line=${line%%$'\t'*}
			# Only what follows the last "=" is replaced.
			[[ $COMP_WORDBREAKS != *=* || $cur != *=* ]] || line=${line#"${cur%=*}="}
			COMPREPLY+=("$line") ;;
		esac
	done < <("${COMP_WORDS[0]/#\~/$HOME}" complete "${words[@]}" 2>/dev/null)
}

complete -F _run_suite run-suite ./run-suite
