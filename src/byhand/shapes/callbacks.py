"""`keras.callbacks`: what happens while a model trains, which changes no shape."""

from __future__ import annotations

from byhand.shapes.inert import Inert, classes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# The classes, each with the names of its arguments.
DESCRIBED = {
    "BackupAndRestore": "backup_dir! save_freq double_checkpoint delete_checkpoint",
    "CSVLogger": "filename! separator append",
    "CallbackList": "callbacks add_history add_progbar model **params",
    "EarlyStopping": (
        "monitor min_delta patience verbose mode baseline restore_best_weights "
        "start_from_epoch"
    ),
    "History": "",
    "LambdaCallback": (
        "on_epoch_begin on_epoch_end on_train_begin on_train_end "
        "on_train_batch_begin on_train_batch_end **kwargs"
    ),
    "LearningRateScheduler": "schedule! verbose",
    "ModelCheckpoint": (
        "filepath! monitor verbose save_best_only save_weights_only mode "
        "save_freq initial_value_threshold"
    ),
    "OrbaxCheckpoint": (
        "directory! monitor verbose save_best_only mode save_freq "
        "initial_value_threshold max_to_keep save_on_background save_weights_only"
    ),
    "ProgbarLogger": "",
    "ReduceLROnPlateau": (
        "monitor factor patience verbose mode min_delta cooldown min_lr"
    ),
    "RemoteMonitor": "root path field headers send_as_json",
    "SwapEMAWeights": "swap_on_epoch",
    "TensorBoard": (
        "log_dir histogram_freq write_graph write_images write_steps_per_second "
        "update_freq profile_batch embeddings_freq embeddings_metadata"
    ),
    "TerminateOnNaN": "raise_error",
}


class Callback(Inert):
    """What a callback of a reader's own extends."""

    model: Any = None
    params: Any = None

    def set_model(self, model: Any) -> None:
        """Take the model."""
        self.model = model

    def set_params(self, params: Any) -> None:
        """Take the settings of a training."""
        self.params = params


_classes = classes(__name__, DESCRIBED, Callback)
globals().update(_classes)

__all__ = ["Callback"]
__all__ += _classes
