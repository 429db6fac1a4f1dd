#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "wavetrain/callbacks.hpp"

namespace wavetrain::callbacks {
namespace {

namespace fs = std::filesystem;

// The whole number behind "key" in a small JSON object. Throws FileError when there is none.
Index number_in(const std::string& path, std::string_view key) {
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::size_t at = text.find(fmt::format("\"{}\"", key));
  if (at != std::string::npos) at = text.find(':', at);
  if (at != std::string::npos) {
    char* end = nullptr;
    const long long value = std::strtoll(text.c_str() + at + 1, &end, 10);
    if (end != text.c_str() + at + 1 && value >= 0) return value;
  }
  throw FileError(fmt::format("{} has no whole number \"{}\".", path, key));
}

class Backup final : public Callback {
 public:
  explicit Backup(const BackupAndRestore& settings)
      : settings_(settings),
        weights_(settings.backup_dir + "/latest.weights.h5"),
        metadata_(settings.backup_dir + "/training_metadata.json") {}

  bool wants_batches() const override { return settings_.save_freq.batches() > 0; }

  void on_train_begin() override {
    epoch_ = seen_ = last_batch_ = 0;
    try {
      restore();
    } catch (const FileError&) {
      // A backup that was being written when training ended; the one before it is whole.
      if (!fs::exists(weights_ + ".bkp")) throw;
      copy(weights_ + ".bkp", weights_);
      if (fs::exists(metadata_ + ".bkp")) copy(metadata_ + ".bkp", metadata_);
      else fs::remove(metadata_);
      restore();
    }
  }

  void on_epoch_end(Index epoch, Logs&) override {
    epoch_ = epoch + 1;
    last_batch_ = 0;
    if (settings_.save_freq.batches() == 0) save();
  }

  void on_train_batch_end(Index batch, const Logs&) override {
    if (settings_.save_freq.batches() == 0) return;
    // Batches may be reported in groups, by the number of the last one.
    seen_ += batch <= last_batch_ ? batch + 1 : batch - last_batch_;
    last_batch_ = batch;
    if (seen_ < settings_.save_freq.batches()) return;
    seen_ = 0;
    save();
  }

  void on_train_end(const Logs&) override {
    if (settings_.delete_checkpoint) fs::remove_all(settings_.backup_dir);
  }

 private:
  static void copy(const std::string& from, const std::string& to) {
    std::error_code error;
    fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
    if (error) throw FileError(fmt::format("Cannot copy {} to {}: {}", from, to, error.message()));
  }

  void restore() {
    if (!model().built()) {
      throw ValueError(
          "To use the BackupAndRestore callback, your model must be built before you call `fit()`: give it "
          "an Input, or call build().");
    }
    if (fs::exists(weights_)) model().load_weights(weights_);
    if (fs::exists(metadata_)) {
      epoch_ = number_in(metadata_, "epoch");
      if (epoch_ > 0) model().start_at_epoch(epoch_);  // else `fit` begins where it was told to
    }
  }

  void save() {
    std::error_code error;
    fs::create_directories(settings_.backup_dir, error);
    if (error) throw FileError(fmt::format("Cannot make the folder {}: {}", settings_.backup_dir, error.message()));
    if (settings_.double_checkpoint) {
      for (const std::string& path : {weights_, metadata_}) {
        if (fs::exists(path)) copy(path, path + ".bkp");
      }
    }
    model().save_weights(weights_);
    const std::string written = metadata_ + ".tmp";
    std::ofstream file(written);
    file << fmt::format("{{\"epoch\": {}, \"batch\": {}}}", epoch_, last_batch_);
    file.close();
    if (!file) throw FileError("Cannot write " + written);
    fs::rename(written, metadata_);
  }

  BackupAndRestore settings_;
  std::string weights_, metadata_;
  Index epoch_ = 0;  // the one to go on with
  Index seen_ = 0;   // batches since the last backup
  Index last_batch_ = 0;
};

}  // namespace

const Description& BackupAndRestore::description() {
  using T = BackupAndRestore;
  static const Description instance = Describe<T>("BackupAndRestore", "keras.callbacks")
                                          .field("backup_dir", &T::backup_dir)
                                          .field("save_freq", &T::save_freq)
                                          .field("double_checkpoint", &T::double_checkpoint)
                                          .field("delete_checkpoint", &T::delete_checkpoint);
  return instance;
}

std::shared_ptr<Callback> BackupAndRestore::make() const {
  if (backup_dir.empty()) throw ValueError("Empty `backup_dir` argument passed");
  return std::make_shared<Backup>(*this);
}

}  // namespace wavetrain::callbacks
