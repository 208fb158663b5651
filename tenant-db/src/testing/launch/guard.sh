# Owns the folder and the processes of one throw-away server, and outlives whoever asked for it.
#
#   guard.sh FOLDER BIN_DIR SETTINGS…
#
# Orders come line by line on the standard input, answers go to the standard output. When the input ends, because
# the owner closed it or died, however it died, the server is stopped and the folder removed.

# The owner decides when to stop: a Ctrl-C or a hang-up of the terminal reaches it first. And once it is gone, nobody
# reads the answers.
trap '' HUP INT PIPE QUIT TERM
umask 077

folder=$1
bin=$2
shift 2
running=$folder/server.pid
supervisor=

tick() {
	sleep 0.02 2>/dev/null || sleep 1
}

initialise() {
	printf '%s\n' "$1" >"$folder/password"
	# A known time zone and locale spare initdb its search for the system's.
	if TZ=UTC "$bin/initdb" --pgdata="$folder/data" --username=postgres --pwfile="$folder/password" \
		--auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 --locale=C --no-sync \
		</dev/null >>"$folder/log" 2>&1; then
		echo initialised
	else
		echo failed
	fi
}

# `$running` exists as long as the server does. It is empty for the moment in which the server has no number yet.
start() {
	: >"$running"
	(
		"$bin/postgres" -D "$folder/data" "$@" </dev/null >>"$folder/log" 2>&1 &
		echo "$!" >"$running"
		echo "started $!"
		wait "$!"
		echo ended
		rm -f "$running"
	) &
	supervisor=$!
}

# Fast shutdown first; a server that does not react within ten seconds is told more clearly.
stop() {
	for signal in INT QUIT KILL; do
		ticks=0
		while [ -e "$running" ] && [ "$ticks" -lt 500 ]; do
			server=
			read -r server <"$running"
			[ -z "$server" ] || kill -"$signal" "$server" 2>/dev/null
			tick
			ticks=$((ticks + 1))
		done
	done
	[ -z "$supervisor" ] || wait "$supervisor"
	supervisor=
	# A server that was killed could not give back the shared memory that its lock file names.
	if [ -e "$folder/data/postmaster.pid" ]; then
		memory=$(sed -n '7s/.* //p' "$folder/data/postmaster.pid")
		[ -z "$memory" ] || ipcrm -m "$memory" 2>/dev/null
	fi
}

cd / || exit 1
mkdir "$folder" || exit 1
echo guarding

while read -r order value; do
	case $order in
	initialise) initialise "$value" ;;
	start) start "$@" ;;
	stop)
		stop
		echo stopped
		;;
	esac
done

stop
# The last processes of a killed server may still be writing.
until rm -rf "$folder" 2>/dev/null; do
	tick
done
