// Descriptors 0, 1 and 2, which a program may find closed.
#pragma once

namespace trade {

/// To be called before anything is opened. Where standard input, output or error is closed, the next file or
/// socket would get its number, and what is meant for people would be written into it: a log line into the
/// file of process numbers or into a database. Each that is closed is opened on /dev/null, the wrong way
/// round (output for reading), so that who uses it is still told that it cannot be.
void hold_standard_descriptors();

}  // namespace trade
