// Errors that say where they happened.
#pragma once

#include <string>
#include <utility>

#include <fmt/format.h>

#include "wavetrain/error.hpp"

namespace wavetrain {

// Runs `f`; what it throws on purpose gets "<where>: " in front and keeps its class.
template <class F>
auto with_context(const std::string& where, F&& f) {
  const auto message = [&where](const Error& error) { return fmt::format("{}: {}", where, error.what()); };
  try {
    return std::forward<F>(f)();
  } catch (const NotSupported& error) {
    throw NotSupported(message(error));
  } catch (const FileError& error) {
    throw FileError(message(error));
  } catch (const TypeError& error) {
    throw TypeError(message(error));
  } catch (const ValueError& error) {
    throw ValueError(message(error));
  }
}

}  // namespace wavetrain
