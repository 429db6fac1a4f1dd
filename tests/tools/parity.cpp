// wavetrain_parity FOLDER: runs the job in a folder and writes wavetrain.npz beside it. scripts/compare-with-keras
// starts it; tests/python/parity/__init__.py says what a job is.
//
// wavetrain_parity --describe: prints what the library describes of itself, from which random models are drawn:
// {"layers": {class: {argument: {"type", "required", "default"}}}, "optimizers": ..., "losses": ..., ...}.

#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "support/job.hpp"
#include "wavetrain/files/io.hpp"
#include "wavetrain/files/json.hpp"
#include "wavetrain/files/npy.hpp"
#include "wavetrain/wavetrain.hpp"

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

Config arguments_of(const Description& description) {
  Config arguments = Config::dict({});
  for (const Field& field : description.fields) {
    arguments.set(field.name,
                  Config::dict({{"type", field.type}, {"required", field.required}, {"default", field.default_value}}));
  }
  return arguments;
}

Config members_of(const Registry& registry) {
  Config members = Config::dict({});
  for (const Description* description : registry.descriptions()) {
    members.set(description->class_name, arguments_of(*description));
  }
  return members;
}

void describe() {
  Config layers = Config::dict({});
  for (const std::string& name : layer_class_names()) layers.set(name, arguments_of(*find_layer_class(name)));
  const Config all = Config::dict({{"layers", std::move(layers)},
                                   {"optimizers", members_of(OptimizerFamily::registry())},
                                   {"losses", members_of(LossFamily::registry())},
                                   {"metrics", members_of(MetricFamily::registry())},
                                   {"initializers", members_of(InitializerFamily::registry())},
                                   {"regularizers", members_of(RegularizerFamily::registry())},
                                   {"constraints", members_of(ConstraintFamily::registry())}});
  std::cout << files::to_json(all, {.indent = 1}) << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: wavetrain_parity FOLDER | --describe\n";
    return 2;
  }
  try {
    if (std::string_view(argv[1]) == "--describe") describe();
    else run(argv[1]);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
