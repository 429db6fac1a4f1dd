// wavetrain_parity FOLDER: runs the job in a folder and writes wavetrain.npz beside it. scripts/compare-with-keras
// starts it; tests/python/parity/__init__.py says what a job is.

#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "support/job.hpp"
#include "wavetrain/files/io.hpp"
#include "wavetrain/files/json.hpp"
#include "wavetrain/files/npy.hpp"

namespace {

using namespace wavetrain;

void run(const std::filesystem::path& folder) {
  const Config job = files::parse_json(files::as_text(files::read_file(folder / "job.json")));
  const files::NamedArrays arrays = files::read_npz(folder / "data.npz");
  tests::JobData data;
  for (const auto& [name, array] : arrays) data.emplace(name, array.view());
  const tests::JobResults results = tests::Job(job, data, folder).run();
  std::vector<std::pair<std::string, DataView>> named;
  for (const auto& [name, array] : results) named.emplace_back(name, array);
  files::write_npz(folder / "wavetrain.npz", named);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: wavetrain_parity FOLDER\n";
    return 2;
  }
  try {
    run(argv[1]);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
