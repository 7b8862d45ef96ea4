// Numbers of Linux that several files pass to system calls. They are the same on x64 and arm64.

/** waitpid(2): returns at once when no child has changed state. */
export const WNOHANG = 1;

/** recv(2): the bytes stay in the socket. */
export const MSG_PEEK = 0x02;
/** send(2), recv(2): the call does not wait. */
export const MSG_DONTWAIT = 0x40;
/** send(2): a closed peer is the error EPIPE and not the signal SIGPIPE. */
export const MSG_NOSIGNAL = 0x4000;

/** open(2), pipe2(2), dup3(2): `execve` closes the descriptor. */
export const O_CLOEXEC = 0o2000000;

/** prctl(2): sets the signal that this process gets when its parent exits; 0 for none. */
export const PR_SET_PDEATHSIG = 1;

export const SIGHUP = 1;
export const SIGINT = 2;
export const SIGQUIT = 3;
export const SIGKILL = 9;
export const SIGUSR2 = 12;
export const SIGTERM = 15;

export const EINTR = 4;
export const ECHILD = 10;
export const EAGAIN = 11;
export const EMFILE = 24;
