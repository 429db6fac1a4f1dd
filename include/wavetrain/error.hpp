// What the library throws.
//
// Every message names the layer or file, the argument, what was received and what was expected. The classes mirror the
// Python exceptions that Keras raises in the same situation, so that bindings can translate them one to one. All of them
// mean "the input is wrong" except InternalError, which means "the library is wrong".
#pragma once

#include <stdexcept>
#include <string>

namespace wavetrain {

// Base of everything thrown on purpose.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A value, shape or option that cannot work (Python: ValueError).
class ValueError : public Error {
 public:
  using Error::Error;
};

// A value of the wrong kind, such as text where a number belongs (Python: TypeError).
class TypeError : public Error {
 public:
  using Error::Error;
};

// A position or name that does not exist (Python: IndexError).
class IndexError : public Error {
 public:
  using Error::Error;
};

// A file that cannot be opened, read, understood or written (Python: OSError).
class FileError : public Error {
 public:
  using Error::Error;
};

// Something that Keras has and wavetrain refuses, by name (Python: NotImplementedError).
class NotSupported : public Error {
 public:
  using Error::Error;
};

// A broken promise inside the library; please report it.
class InternalError : public Error {
 public:
  using Error::Error;
};

}  // namespace wavetrain
