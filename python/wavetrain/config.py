"""tf.config: there is one device, the CPU."""

import collections
import types

from . import _core

PhysicalDevice = collections.namedtuple("PhysicalDevice", "name device_type")


def list_physical_devices(device_type=None):
    return [PhysicalDevice("/physical_device:CPU:0", "CPU")] if device_type in (None, "CPU") else []


def list_logical_devices(device_type=None):
    return list_physical_devices(device_type)


def set_visible_devices(devices, device_type=None):
    pass


def run_functions_eagerly(run_eagerly):
    pass


threading = types.SimpleNamespace(
    set_intra_op_parallelism_threads=_core.set_num_threads, get_intra_op_parallelism_threads=_core.num_threads,
    set_inter_op_parallelism_threads=lambda count: None, get_inter_op_parallelism_threads=lambda: 1)
experimental = types.SimpleNamespace(set_memory_growth=lambda device, enable: None,
                                     list_physical_devices=list_physical_devices,
                                     enable_op_determinism=lambda: None)
