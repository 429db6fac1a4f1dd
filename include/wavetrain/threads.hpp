// How many threads work. One pool serves the process; whoever finds it busy runs its work inline, so nested and
// concurrent use is safe and never waits for a free thread. Results do not depend on the number of threads.
#pragma once

namespace wavetrain {

// Threads that a call may use, the calling one included. The default comes from WAVETRAIN_NUM_THREADS if set, else from the
// processors this process may run on (affinity) and its cgroup's quota.
int num_threads();

// Sets it for the process from now on; 0 restores the default. Throws ValueError for a negative number.
void set_num_threads(int count);

}  // namespace wavetrain
