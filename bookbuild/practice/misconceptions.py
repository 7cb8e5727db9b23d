"""The misconceptions that answers are held against, by name.

Each has a sentence on what was probably done and one on what to do instead. An exercise
says which answer a misconception gives; the sentences are the same everywhere.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Misconception:
    """Something that one may get wrong in the same way in many exercises.

    Attributes
    ----------
    name : str
        A few words, such as "bias forgotten".
    done : str
        A sentence: what was probably done.
    remedy : str
        A sentence: what to do instead.
    """

    name: str
    done: str
    remedy: str

    @property
    def sentence(self) -> str:
        """Return what a reader is told."""
        return f"{self.done} {self.remedy}"


# Shapes ------------------------------------------------------------------------------

PADDING_FORGOTTEN = Misconception(
    "padding forgotten",
    "This is what comes out without any padding.",
    "Add the zeros on both sides to the length of the input first.",
)
SAME_FOR_VALID = Misconception(
    "same taken for valid",
    "This is the result of `same` padding, which keeps the length at stride 1.",
    "Without padding the kernel must lie inside the input, so the output is shorter.",
)
VALID_FOR_SAME = Misconception(
    "valid taken for same",
    "This is the result without padding.",
    "With `same` padding the output has ⌈i / s⌉ elements, whatever the kernel.",
)
FLOOR_FOR_CEILING = Misconception(
    "rounded down instead of up",
    "The quotient was rounded down.",
    "Here a part of a step still counts as a whole one, so round up.",
)
CEILING_FOR_FLOOR = Misconception(
    "rounded up instead of down",
    "The number was rounded up.",
    "What is not a whole one does not count here, so round down.",
)
NOT_ROUNDED = Misconception(
    "not rounded",
    "This is the quotient before it is rounded.",
    "A count is a whole number; decide whether the rest is dropped or completed.",
)
LAST_POSITION_FORGOTTEN = Misconception(
    "last position forgotten",
    "This is the number of steps from the first to the last.",
    "The one at the start counts as well, so add one.",
)
STRIDE_FORGOTTEN = Misconception(
    "stride forgotten",
    "This is the result with stride 1.",
    "The question has another stride.",
)
STRIDES_TWICE = Misconception(
    "stride counted twice",
    "The stride was divided by twice.",
    "Along one axis, each layer divides the length by its stride once.",
)
KERNEL_NOT_DILATED = Misconception(
    "kernel not dilated",
    "This is the result without dilation.",
    "A kernel of k weights with dilation d covers (k − 1) d + 1 elements.",
)
KERNEL_TIMES_DILATION = Misconception(
    "kernel multiplied by the dilation",
    "The kernel was taken to cover k · d elements.",
    "Only the gaps between weights widen, so it covers (k − 1) d + 1.",
)
PLAIN_FOR_TRANSPOSED = Misconception(
    "plain taken for transposed",
    "This is what an ordinary convolution would return.",
    "A transposed convolution makes maps larger: each input writes a copy of the "
    "kernel, s elements further.",
)
AXES_REORDERED = Misconception(
    "axes in another order",
    "The axes are right, but in another order.",
    "Ask of each axis what it counts: batch, height, width, channels in Keras.",
)
BATCH_IN_SHAPE = Misconception(
    "batch size fixed",
    "The first axis has a number here.",
    "A layer does not know the size of the batch, so this axis is None.",
)
CHANNELS_LEFT_OUT = Misconception(
    "channels left out of the shape",
    "These are the lengths of the map alone.",
    "The last axis counts the channels, one for each filter.",
)
CHANNELS_OF_INPUT = Misconception(
    "channels of the input kept",
    "The number of channels was taken over from the input.",
    "A convolution returns one channel for each filter.",
)
CHANNELS_FOR_FILTERS = Misconception(
    "inputs and outputs exchanged",
    "The inputs and the outputs of the layer were exchanged.",
    "A layer has an output for each unit or filter, computed from all of its inputs.",
)
TRANSPOSE_FORGOTTEN = Misconception(
    "matrix transposed",
    "This is the shape of the transpose.",
    "In z = x W + b, x and z have a row for each example, and W has a row for each "
    "input; PyTorch stores W transposed.",
)
FLATTEN_FORGOTTEN = Misconception(
    "positions not flattened",
    "Only the channels were counted, not the positions of each.",
    "With h × w positions each, c channels have h · w · c values.",
)

# Counts ------------------------------------------------------------------------------

BIAS_FORGOTTEN = Misconception(
    "bias forgotten",
    "The bias is missing.",
    "Each filter or unit has one of its own, so add it.",
)
BIAS_COUNTED = Misconception(
    "bias counted",
    "The biases were counted as well.",
    "Here only the weights are asked for, or the layer has no bias.",
)
ONE_BIAS = Misconception(
    "one bias for the whole layer",
    "Only one bias was added.",
    "Each filter or unit has a bias of its own.",
)
CHANNELS_NOT_MULTIPLIED = Misconception(
    "channels not multiplied",
    "The channels were not counted.",
    "Each input channel has values and weights of its own, so multiply by their "
    "number.",
)
KERNEL_NOT_SQUARED = Misconception(
    "kernel counted along one axis",
    "The kernel was counted along one axis only.",
    "A kernel of k × k has k · k weights.",
)
WIDER_DIFFERENCE = Misconception(
    "difference over two steps",
    "This is a first difference, over twice the distance.",
    "The second derivative is the difference of two neighbouring differences.",
)
WINDOW_OF_ONE_AXIS = Misconception(
    "one axis only",
    "This is right along one axis.",
    "An image has two axes, so square it.",
)
SHARED_COUNTED_EACH = Misconception(
    "shared weights counted at each position",
    "The weights were counted once for every position.",
    "A convolution uses the same weights everywhere, so they count once.",
)
SHARING_ASSUMED = Misconception(
    "weights taken for shared",
    "This counts the weights once, as if they were shared.",
    "Here each position or unit has weights of its own, so multiply by their number.",
)
POOLING_WITH_PARAMETERS = Misconception(
    "pooling given parameters",
    "The pooling layers were given weights.",
    "Pooling takes a maximum or a mean and has no parameters.",
)
BATCH_COUNTED = Misconception(
    "batch counted",
    "The batch was counted as well.",
    "The examples of a batch share all parameters, so their number does not enter.",
)
BATCH_NOT_COUNTED = Misconception(
    "batch not counted",
    "This is the value for a single example.",
    "All examples of the batch take part, so multiply by their number.",
)
POSITIONS_FORGOTTEN = Misconception(
    "positions forgotten",
    "These are the multiplications at one position.",
    "The kernel is applied at every output position, so multiply by their number.",
)
INPUT_POSITIONS = Misconception(
    "positions of the input",
    "The positions of the input were counted.",
    "The work is done once for each position of the output.",
)
FLOPS_FOR_MACS = Misconception(
    "operations taken for multiply-accumulates",
    "This is twice the number: multiplications and additions were both counted.",
    "A multiplication and its addition count as one here.",
)
MACS_FOR_FLOPS = Misconception(
    "multiply-accumulates taken for operations",
    "This is half the number: each multiplication was counted without its addition.",
    "Count the multiplication and the addition, two operations for each pair.",
)
BITS_FOR_BYTES = Misconception(
    "bits taken for bytes",
    "Bits were counted.",
    "A byte has eight bits.",
)
BYTES_FORGOTTEN = Misconception(
    "numbers taken for bytes",
    "Numbers were counted instead of bytes.",
    "Each number takes several bytes.",
)
LAST_LAYER_LEFT_OUT = Misconception(
    "last layer left out",
    "The end of the network is missing in this sum.",
    "Count every layer that has weights, the last one included.",
)
LAST_LAYER_ONLY = Misconception(
    "last layer alone",
    "This is the last layer alone.",
    "Add up all layers.",
)
DEPTH_FOR_COUNT = Misconception(
    "depth taken for the number of layers",
    "This is the length of the longest path.",
    "Layers side by side add to the number of layers, not to the depth.",
)
COUNT_FOR_DEPTH = Misconception(
    "number of layers taken for the depth",
    "All layers were counted.",
    "The depth is the length of the longest path; layers side by side count once.",
)
TRAINED_FOR_ALL = Misconception(
    "only the trained parameters",
    "These are the parameters that training changes.",
    "The moving statistics are parameters of the layer, too.",
)
ALL_FOR_TRAINED = Misconception(
    "all parameters instead of the trained ones",
    "These are all parameters.",
    "Leave out those that training does not change.",
)
ADDED_FOR_MULTIPLIED = Misconception(
    "added instead of multiplied",
    "The numbers were added.",
    "The one applies to each of the other, so multiply.",
)
MULTIPLIED_FOR_ADDED = Misconception(
    "multiplied instead of added",
    "The numbers were multiplied.",
    "Each part contributes on its own, so add.",
)
GRADIENTS_FORGOTTEN = Misconception(
    "gradients forgotten",
    "The memory of the gradients is missing.",
    "There is one gradient for each parameter.",
)
OFF_BY_ONE = Misconception(
    "off by one",
    "This is one away from the right number.",
    "Check both ends, and whether the first or the last one was counted.",
)
ONE_LAYER_TOO_EARLY = Misconception(
    "spacing one layer too early",
    "The spacing was multiplied by the stride before the kernel was added.",
    "A layer's own stride acts on the layers after it, not on itself.",
)
FIELDS_ADDED = Misconception(
    "kernel lengths added",
    "The lengths of the kernels were added.",
    "The first kernel counts whole; each further one adds (k − 1) times the spacing.",
)
SPACING_FORGOTTEN = Misconception(
    "spacing forgotten",
    "The steps of the layers before were taken as one element.",
    "Neighbouring values lie S elements of the input apart, so multiply by S.",
)

# Values ------------------------------------------------------------------------------

SIGN = Misconception(
    "sign",
    "The size is right, and the sign is not.",
    "Follow the minus signs once more.",
)
RECIPROCAL = Misconception(
    "reciprocal",
    "Something was divided the wrong way round.",
    "Check what is divided by what.",
)
PER_CENT = Misconception(
    "per cent taken for a fraction",
    "This is a hundred times the right value, or a hundredth of it.",
    "Per cent are hundredths: see which of the two is asked for.",
)
ROUNDED_EARLY = Misconception(
    "rounded too early",
    "This is close, but not within the precision that is asked for.",
    "Keep more digits on the way, and round at the end.",
)
COMPLEMENT = Misconception(
    "the complement",
    "This is the complement of the right value.",
    "The other part of the whole is asked for.",
)
BASE_RATE_FORGOTTEN = Misconception(
    "base rate forgotten",
    "This does not depend on how frequent each class is.",
    "Count both kinds of alarms in a population of that composition.",
)
RECALL_FOR_PRECISION = Misconception(
    "recall taken for precision",
    "This divides by all that belong to the class.",
    "Precision divides by all that were predicted to belong to it.",
)
PRECISION_FOR_RECALL = Misconception(
    "precision taken for recall",
    "This divides by all that were predicted.",
    "Recall divides by all that belong to the class.",
)
BEFORE_ACTIVATION = Misconception(
    "evaluated before the activation",
    "The pre-activation was taken.",
    "Apply the activation function to it.",
)
INNER_DERIVATIVE_FORGOTTEN = Misconception(
    "inner derivative forgotten",
    "This is the derivative of the outer function alone.",
    "By the chain rule, multiply by the derivative of what stands inside.",
)
NOT_DIFFERENTIATED = Misconception(
    "not differentiated",
    "This is the function itself.",
    "Its derivative is asked for.",
)
ONE_PATH_ONLY = Misconception(
    "one path only",
    "One path from the variable to the result is missing.",
    "A variable that is used twice has two paths, and their contributions add up.",
)
ACTIVATION_DERIVATIVE_FORGOTTEN = Misconception(
    "derivative of the activation forgotten",
    "The derivative of the activation function is missing.",
    "Multiply by it on the way back.",
)
SIGMOID_FOR_TANH = Misconception(
    "sigmoid taken for tanh",
    "This is the result with the sigmoid.",
    "Use the value and the derivative of the function that the question names.",
)
FACTOR_TWO_FORGOTTEN = Misconception(
    "factor two forgotten",
    "A factor of 2 is missing.",
    "Look for it in the formula, or in the derivative of a square.",
)
UNWANTED_FACTOR_TWO = Misconception(
    "factor two too many",
    "This has a factor of 2 too many.",
    "It does not occur here, or cancels with a factor of one half.",
)
INPUT_NOT_MULTIPLIED = Misconception(
    "input not multiplied",
    "The input was left out.",
    "A weight is multiplied by its input, and so is the derivative with respect to it.",
)
SUM_FOR_MEAN = Misconception(
    "sum instead of mean",
    "The sum was taken.",
    "Divide by the number of terms.",
)
MEAN_FOR_SUM = Misconception(
    "mean instead of sum",
    "This is the mean.",
    "The sum is asked for.",
)
UNWEIGHTED = Misconception(
    "not weighted",
    "Every term was given the same weight.",
    "Weight each term as the question says.",
)
VARIANCE_FOR_DEVIATION = Misconception(
    "variance taken for the standard deviation",
    "This is the variance, or what follows from it.",
    "The standard deviation is its square root.",
)
DEVIATION_FOR_VARIANCE = Misconception(
    "standard deviation taken for the variance",
    "This is the standard deviation, or what follows from it.",
    "The variance is its square.",
)
ROOT_FORGOTTEN = Misconception(
    "square root forgotten",
    "The square root is missing.",
    "Look where a square, a variance or a number of examples stands.",
)
SQUARE_FORGOTTEN = Misconception(
    "square forgotten",
    "The square is missing.",
    "Look for it in the formula, and square before you go on.",
)
BINARY_LOGARITHM = Misconception(
    "binary logarithm",
    "The logarithm to the base 2 was taken.",
    "The natural logarithm is meant.",
)
DECIMAL_LOGARITHM = Misconception(
    "decimal logarithm",
    "The logarithm to the base 10 was taken.",
    "The natural logarithm is meant.",
)
NATURAL_LOGARITHM = Misconception(
    "natural logarithm",
    "The natural logarithm was taken.",
    "Doublings are counted by the logarithm to the base 2.",
)
HALF_FORGOTTEN = Misconception(
    "factor one half forgotten",
    "A factor of one half is missing.",
    "Look for it in the formula.",
)
KERNEL_NOT_FLIPPED = Misconception(
    "kernel not flipped",
    "This is the result of the kernel as it stood before.",
    "Turn it by half a turn first, as the question says.",
)
KERNEL_FLIPPED = Misconception(
    "kernel flipped",
    "The kernel was flipped.",
    "What networks call a convolution multiplies weight by value without a flip.",
)
MAX_FOR_MEAN = Misconception(
    "maximum taken for mean",
    "This is the result of max pooling.",
    "Average pooling takes the mean of the window.",
)
MEAN_FOR_MAX = Misconception(
    "mean taken for maximum",
    "This is the result of average pooling.",
    "Max pooling takes the largest value of the window.",
)
WINDOWS_APART = Misconception(
    "windows side by side",
    "The windows were put side by side.",
    "The stride is smaller than the window, so the windows overlap.",
)
GRADIENT_TO_ALL = Misconception(
    "gradient given to every element",
    "Every element received the whole gradient.",
    "A maximum passes it to the largest element alone, and a mean divides it.",
)
STEP_UPHILL = Misconception(
    "step uphill",
    "The step was added instead of subtracted.",
    "Gradient descent moves against the gradient.",
)
MOMENTUM_FORGOTTEN = Misconception(
    "momentum forgotten",
    "This is without momentum.",
    "Each step keeps the fraction β of the one before.",
)
NOT_CORRECTED = Misconception(
    "averages not corrected",
    "The averages were not divided by 1 − β^τ.",
    "They start at zero, and the correction makes up for that.",
)
SCALE_FORGOTTEN = Misconception(
    "not scaled up",
    "The elements that remain were not scaled up.",
    "Dropout divides them by 1 − q, so that the mean stays.",
)
SCALED_BY_RATE = Misconception(
    "divided by the rate",
    "The elements were divided by the dropout rate.",
    "Divide by the fraction that remains, 1 − q.",
)
RATES_ADDED = Misconception(
    "rates added",
    "The rates were added.",
    "An element must survive both layers, so multiply the fractions that remain.",
)
EPOCHS_NOT_COMPLETED = Misconception(
    "last mini-batch left out",
    "The examples of the last, smaller mini-batch were left out.",
    "They make an update as well.",
)
ORDER_EXCHANGED = Misconception(
    "order exchanged",
    "This is the result in the other order.",
    "Do first what the question names first.",
)
NOT_NORMALISED = Misconception(
    "not divided by the sum",
    "The values were not divided by their sum.",
    "Divide, so that they add up to one.",
)
TARGET_NOT_SUBTRACTED = Misconception(
    "target not subtracted",
    "The target was not subtracted.",
    "The error is the prediction minus the target.",
)
WRONG_ONE = Misconception(
    "the other one",
    "This is the value of another one of those in the question.",
    "Check which one is asked for.",
)
STOPPED_HALFWAY = Misconception(
    "stopped halfway",
    "This is an intermediate result: a factor or a term is missing.",
    "Go on until the quantity that is asked for.",
)
LOGARITHM_FORGOTTEN = Misconception(
    "logarithm forgotten",
    "This is the number before its logarithm is taken.",
    "Take the logarithm of it.",
)
NOT_SCALED = Misconception(
    "not divided by the standard deviation",
    "Only the mean was subtracted.",
    "Divide by the standard deviation as well.",
)
DIVIDED_BY_LESS = Misconception(
    "divided by one less",
    "This divides by one less than the number of values or parts.",
    "Divide by the number itself.",
)
EVERY_COMBINATION = Misconception(
    "one output for each combination",
    "This has one output for each combination.",
    "Where several may be present, each needs one output with a sigmoid of its own.",
)
TWO_FOR_YES_OR_NO = Misconception(
    "two outputs for yes or no",
    "Two outputs were taken for a question of yes or no.",
    "One output with a sigmoid is enough: the other probability is one minus it.",
)
ORDERS_FOR_UNITS = Misconception(
    "units counted instead of their orders",
    "This multiplies the numbers of units.",
    "There are n! ways to put n units in order.",
)
ALL_IN_ONE_ROW = Misconception(
    "layers mixed",
    "This counts the orders of all units in one row.",
    "Units stay in their layer, so multiply the numbers of orders of each.",
)
TWICE = Misconception(
    "counted twice",
    "One of the factors was counted twice.",
    "Each enters once.",
)
STEP_TOO_EARLY = Misconception(
    "one step too early",
    "This is the value one step before.",
    "Count the steps once more, the last one included.",
)
LINEAR_FOR_POWER = Misconception(
    "multiplied instead of raised",
    "The change was taken to be linear.",
    "A factor acts once at each step, so it is raised to their number.",
)
EPSILON_SHARED = Misconception(
    "share of the true class forgotten",
    "The true class did not get its own share of ε.",
    "The amount ε is divided among all classes, the true one included.",
)
NOT_CLIPPED = Misconception(
    "not clipped",
    "The limit was not applied.",
    "What lies beyond the limit follows another rule.",
)
REGULARISER_FACTOR = Misconception(
    "factor one half counted twice",
    "This is λ itself.",
    "Keras multiplies by the square without the factor one half, so it takes λ / 2.",
)
LINE_FOR_COSINE = Misconception(
    "straight line instead of a cosine",
    "The rate falls along a straight line here.",
    "It follows half a period of a cosine, which begins and ends flat.",
)
WARM_UP_COUNTED = Misconception(
    "warm-up counted as decay",
    "The decay was counted from the first step.",
    "It begins after the warm-up and lasts for the remaining steps.",
)
SUM_FOR_NORM = Misconception(
    "sum instead of the norm",
    "This divides by the sum of the elements.",
    "The norm is the root of the sum of their squares.",
)
RADIANS = Misconception(
    "radians",
    "This angle is in radians.",
    "Multiply by 180 / π for degrees.",
)
AVERAGED = Misconception(
    "gradient weighted by 1 − β",
    "The gradients were multiplied by 1 − β, as in a moving average.",
    "Momentum as it is written here adds each gradient as it is.",
)
VALUE_KEPT = Misconception(
    "update lost",
    "The value is the one from before the update.",
    "The step of this format is small enough for the update to count.",
)
LAST_EPOCH = Misconception(
    "last epoch instead of the best",
    "These are the epochs at which training stops.",
    "The weights of the epoch with the lowest loss so far come back.",
)
LOOKED_AHEAD = Misconception(
    "looked beyond the end",
    "This is the best epoch of all.",
    "Training that has stopped never sees the later ones.",
)
GLOBAL_POOLING_IGNORED = Misconception(
    "flattened instead of averaged",
    "The positions of the maps were counted.",
    "Global average pooling leaves one value for each channel.",
)
SKIPS_NOT_COUNTED = Misconception(
    "skip connections not counted",
    "The convolutions on the skip connections are missing.",
    "Where the number of channels changes, the skip connection has weights, too.",
)
NORMALISATION_NOT_COUNTED = Misconception(
    "normalisation not counted",
    "The scales and shifts of the normalisations are missing.",
    "Each normalised channel has two trained parameters, γ and β.",
)
ORDER_COUNTED = Misconception(
    "order counted",
    "Choices that differ only in their order were counted as different.",
    "Divide by the number of orders.",
)
CONSTANT_FORGOTTEN = Misconception(
    "constant forgotten",
    "The constant term was not counted.",
    "A polynomial of degree n has n powers and a constant.",
)
LINEAR_FOR_ROOT = Misconception(
    "proportional instead of by the root",
    "This grows in proportion to the number of examples.",
    "A difference grows with their number, its standard error with the root of it.",
)
NOTHING_CHANGES = Misconception(
    "taken for unchanged",
    "This is as if nothing had changed.",
    "Ask how the result depends on what is different.",
)
SHRUNK_ONE_WAY = Misconception(
    "negative weights moved away from zero",
    "λ was subtracted from negative weights, too.",
    "The threshold moves every weight towards zero, so add λ to negative ones.",
)
MASK_INVERTED = Misconception(
    "mask inverted",
    "The elements with 0 in the mask were kept.",
    "A 1 keeps an element, and a 0 drops it.",
)
MEAN_LEFT_OUT = Misconception(
    "mean left out",
    "The square of the mean is missing.",
    "Dropping an element whose mean is not zero adds to the variance, too.",
)
BATCH_FOR_LAYER = Misconception(
    "layer normalisation taken for batch normalisation",
    "The moving statistics were counted.",
    "Layer normalisation uses each example's own mean and variance and keeps none.",
)
BOTH_SIDES = Misconception(
    "both sides counted",
    "These are the zeros of both sides together.",
    "Half of them stand before and half after; where one is left over, it is after.",
)
OWN_STRIDE_FORGOTTEN = Misconception(
    "own stride forgotten",
    "This is the spacing before the layer's own stride.",
    "S is the spacing of the layer's outputs, so multiply by its own stride.",
)
LENGTH_AFTER_POOLING = Misconception(
    "length after pooling",
    "The length after the pooling was taken for the output of the convolution.",
    "Pooling shortens the axis once more; take the length before it.",
)
SUM_REPEATED = Misconception(
    "sum computed again",
    "The sum was computed anew for each element.",
    "It is the same for all of them, so compute it once.",
)
VALUES_REORDERED = Misconception(
    "values in another order",
    "These are the right values, but in another order.",
    "Give them in the order that the question names.",
)
OVERLAP_COUNTED_TWICE = Misconception(
    "overlap counted twice",
    "Cases in which several are correct were counted more than once.",
    "Subtract from one the probability that none is.",
)
AT_THE_THRESHOLD = Misconception(
    "zero taken for positive",
    "At the limit itself the pre-activation is 0, which is not positive.",
    "Choose the bias between two whole numbers, so that no number of ones gives 0.",
)
ANSWERS_EXCHANGED = Misconception(
    "answers exchanged",
    "This answers no wherever the question asks for yes.",
    "Change the sign of the pre-activation of the output.",
)
OR_FOR_XOR = Misconception(
    "half the weight of the product",
    "The product has half the weight that it needs.",
    "It must cancel both of the other terms where both inputs are large.",
)
DIRECT_CONNECTION = Misconception(
    "direct connection assumed",
    "This lets an input reach the output without a hidden unit.",
    "As x = max(0, x) − max(0, −x), to pass an input on takes two hidden units.",
)
HEIGHTS_FOR_SLOPES = Misconception(
    "heights instead of changes of the slope",
    "These are the heights at the four places.",
    "Each factor is the change of the slope at its place.",
)
ONE_OUTPUT_FOR_ALL = Misconception(
    "one output for several classes",
    "A single output was taken for a choice among several classes.",
    "Each class or feature has an output of its own.",
)
WEIGHT_NOT_MULTIPLIED = Misconception(
    "weight left out",
    "The weight between the neurons was left out.",
    "On the way back the gradient is multiplied by each weight that it passes.",
)
DERIVATIVE_OF_SQUARE = Misconception(
    "derivative of the square",
    "This is the derivative of the squared error, or of half of it.",
    "Differentiate the loss that the question names.",
)
DOUBLED_FOR_SQUARED = Misconception(
    "doubled instead of squared",
    "The number was doubled.",
    "Multiply it by itself.",
)
TOTAL_FOR_EACH = Misconception(
    "factor of all layers",
    "This is the factor of all layers together.",
    "Each layer has the root of it whose degree is the depth.",
)
ERRORS_ADDED = Misconception(
    "errors added",
    "The errors were added.",
    "Independent errors partly cancel: take the root of the sum of their squares.",
)
ODDS_FOR_PROBABILITY = Misconception(
    "odds taken for a probability",
    "These are the odds.",
    "The probability is the odds divided by one plus the odds.",
)
SHARED_AMONG_OTHERS = Misconception(
    "shared among the other classes",
    "ε was divided among the other classes alone.",
    "It is divided among all classes, the true one included.",
)
NEW_FOR_CHANGE = Misconception(
    "new value instead of the change",
    "This is the value after the change.",
    "The change is asked for, so subtract one from the other.",
)
SIGN_OF_TERM = Misconception(
    "sign of a term",
    "One of the terms has the wrong sign.",
    "Follow the minus signs once more.",
)
FACTORS_NOT_SWAPPED = Misconception(
    "factors not swapped",
    "Each factor received the upstream gradient times its own value.",
    "A product passes to each factor the upstream gradient times the other one.",
)
ONE_SIDE = Misconception(
    "one side only",
    "These are the zeros of one side.",
    "Count both sides.",
)
KERNEL_COUNTED_WHOLE = Misconception(
    "kernel counted whole",
    "All k elements of the kernel were counted.",
    "From the first to the last of them there are only k − 1 steps.",
)
NOT_DIVIDED = Misconception(
    "number of values forgotten",
    "This is the outlier itself.",
    "Its square counts as one among all values, so divide by their number.",
)
EXPONENTIALS_FORGOTTEN = Misconception(
    "exponentials forgotten",
    "The logits themselves were divided by their sum.",
    "Take the exponential of each first.",
)
BOTTLENECK_FORGOTTEN = Misconception(
    "hidden layer overlooked",
    "This is the rank without the hidden layer.",
    "Everything passes through the hidden units, so the rank is at most their number.",
)
PROBABILITY_FOR_ODDS = Misconception(
    "probability divided instead of the odds",
    "The probability was divided.",
    "A class weight multiplies the odds, p / (1 − p), so divide those.",
)
POISSON = Misconception(
    "root of the expected number",
    "This is the square root of the expected number.",
    "Each candidate adds p (1 − p) to the variance.",
)
LAST_BATCH_FULL = Misconception(
    "last mini-batch taken for full",
    "The last mini-batch was taken to be as large as the others.",
    "It holds what is left over.",
)
NOT_DIVIDED_BY_ROOT = Misconception(
    "not divided by the root of the number",
    "This is the scatter of single values.",
    "The standard error is smaller by the root of their number.",
)
ROOT_OF_LESS = Misconception(
    "root of one less",
    "This divides by the root of one less than the number.",
    "A standard error divides by the root of the number itself.",
)
FOLDS_FOR_TRAINING = Misconception(
    "divided by the folds for training",
    "This divides by the number of folds that are left for training.",
    "The fold that is held back is one of the k folds as well.",
)
PATIENCE_EXCEEDED = Misconception(
    "one epoch too patient",
    "This waits one epoch longer than the patience.",
    "Training stops as soon as that many epochs have brought no new best.",
)
DIGIT_TOO_MANY = Misconception(
    "one binary digit too many",
    "This counts one binary digit too many.",
    "The last of k digits after the leading one is worth 2^(−k) of it.",
)
NOT_ROUNDED_TO_FORMAT = Misconception(
    "sum not rounded",
    "This is the sum before it is rounded.",
    "The format has no such number; the nearest one that it has is stored.",
)
FARTHER_NEIGHBOUR = Misconception(
    "farther neighbour",
    "This is the neighbour that lies farther away.",
    "Compare the update with half a step.",
)
ITSELF_LEFT_OUT = Misconception(
    "the token itself left out",
    "The token itself was left out.",
    "It attends to all tokens, itself included.",
)
SCORES_COMPARED = Misconception(
    "difference taken for a ratio",
    "The difference of the scores was taken for the ratio of the weights.",
    "The softmax compares exponentials: a difference d becomes the factor e^d.",
)
POWER_OF_TEN = Misconception(
    "power of ten",
    "This is a power of 10.",
    "The exponential function is a power of e.",
)
POWER_OF_TWO = Misconception(
    "power of two",
    "This is a power of 2.",
    "The exponential function is a power of e.",
)
OUTPUT_LAYER_FORGOTTEN = Misconception(
    "output of the attention left out",
    "The dense layer at the output of the attention is missing.",
    "Attention has four: for queries, keys, values and the output.",
)
BASELINE_FORGOTTEN = Misconception(
    "baseline forgotten",
    "The baseline was not subtracted.",
    "Subtract it from each cost before you multiply.",
)
PREVALENCE_FORGOTTEN = Misconception(
    "prevalence forgotten",
    "This is right where both classes are equally frequent.",
    "In the survey they are not, so add the logarithm of their odds to the logit.",
)
CORRECTION_REVERSED = Misconception(
    "correction reversed",
    "The correction has the wrong sign.",
    "What is rarer than it was in training becomes less probable.",
)
PREVALENCE_MULTIPLIED = Misconception(
    "probability times prevalence",
    "The probability was multiplied by the prevalence.",
    "It is the odds that are multiplied, by the odds of the survey.",
)
DROPPED_COUNTED = Misconception(
    "dropped candidate counted",
    "This divides by all candidates.",
    "One that was dropped counts neither in the sum nor in the number.",
)
LIMIT_IGNORED = Misconception(
    "limit not seen",
    "The list cannot reach this.",
    "Compare the number of lenses with the number of places.",
)
BIASES_REMOVED = Misconception(
    "biases removed",
    "The biases were counted as well.",
    "Each filter keeps its bias, whatever the number of its input channels.",
)
ALL_FOR_LOST = Misconception(
    "all weights for those that are lost",
    "These are all weights.",
    "Only those on the skipped channels are lost.",
)
WRONG_SIDE = Misconception(
    "wrong side of the limit",
    "This was rounded to the wrong side of the limit.",
    "Take the first whole number that meets the condition.",
)
REDUCTION_FREE = Misconception(
    "reduction not counted",
    "The multiplications of the 1 × 1 convolution are missing.",
    "Add those of both convolutions.",
)
LENGTHS_FOR_PATHS = Misconception(
    "lengths counted instead of paths",
    "This counts how many lengths the paths have.",
    "Many paths have the same length: each block doubles their number.",
)
REMAINDER_FOR_PART = Misconception(
    "wrong part for the power",
    "The power was set equal to the wrong part.",
    "It is what is still missing after all steps, one minus the part asked for.",
)
EXPECTED_TRIALS = Misconception(
    "number of trials for one hit on average",
    "With this number there is one hit on average.",
    "Ask for the probability that all trials miss.",
)
PROBABILITIES_ADDED = Misconception(
    "probabilities added",
    "The probabilities of the trials were added.",
    "Several may hit, so multiply the probabilities that each one misses.",
)
START_OF_WINDOW = Misconception(
    "start of the window",
    "The average was given to the first of its epochs.",
    "It belongs to the one in the middle.",
)
ERRORS_COMPARED = Misconception(
    "probabilities compared",
    "The probabilities of the other classes were compared.",
    "The loss is minus the logarithm of that of the true class.",
)
GAPS_CANCELLED = Misconception(
    "gaps cancelled",
    "A positive and a negative gap were allowed to cancel.",
    "Take the absolute value of each gap.",
)
ARITHMETIC_MEAN = Misconception(
    "arithmetic mean",
    "This is the arithmetic mean of precision and recall.",
    "F₁ is their harmonic mean.",
)
RANKS_ALONE = Misconception(
    "earlier ones not counted",
    "This is the mean of one over each place.",
    "The precision at a place counts all genuine objects down to it.",
)
AGREEING_COUNTED = Misconception(
    "agreeing examples counted",
    "All images were counted.",
    "Those on which both agree say nothing about the difference.",
)
INVERSE_POWER = Misconception(
    "exponent not inverted",
    "The factor was raised to ω.",
    "To divide the error by a factor, the data grow by that factor to the power 1/ω.",
)
RATIO_WITHOUT_LOGARITHMS = Misconception(
    "ratio without logarithms",
    "The two factors were divided by each other.",
    "The exponent is the ratio of their logarithms.",
)
HALVED_FOR_ROOT = Misconception(
    "halved instead of the root",
    "The factor was divided by two.",
    "P and N are multiplied, so each of them grows by its square root.",
)
THRESHOLD_INVERTED = Misconception(
    "one over the threshold",
    "This is one over the threshold.",
    "The class weight is the ratio of the two costs.",
)
WRONG_MEETS_WRONG = Misconception(
    "wrong answers to wrong labels forgotten",
    "This forgets the wrong answers that meet a wrong label.",
    "With two classes they agree, so they count as correct here.",
)
NOISE_ADDED = Misconception(
    "fraction of wrong labels added",
    "The fraction of wrong labels was added.",
    "A wrong label lowers the count at a right answer, and raises it at a wrong one.",
)
ITSELF_COUNTED = Misconception(
    "the copy itself counted",
    "The copy itself was counted among its siblings.",
    "It has one sibling fewer than there are copies.",
)
ALL_FOR_ANY = Misconception(
    "all instead of at least one",
    "This is the probability that all siblings are there.",
    "At least one is the opposite of none.",
)
SHIFT_FORGOTTEN = Misconception(
    "shift forgotten",
    "The shift β is missing.",
    "Each channel has a scale γ and a shift β.",
)
SCALE_FOR_SHIFT = Misconception(
    "scale and shift exchanged",
    "γ and β were exchanged.",
    "The scale γ multiplies, and the shift β is added.",
)
MEAN_NOT_SUBTRACTED = Misconception(
    "mean not subtracted",
    "The mean was not subtracted.",
    "Subtract it from the value, and from all values in the variance.",
)
UPSTREAM_PASSED_ON = Misconception(
    "upstream gradient passed on",
    "This is the upstream gradient itself.",
    "Ask how the outputs change with the inputs.",
)
PARAMETERS_AT_EACH_POSITION = Misconception(
    "parameters at each position",
    "Each position was given parameters of its own.",
    "All positions of a channel share one γ and one β.",
)
CROSSED_ZERO = Misconception(
    "moved past zero",
    "A small weight was moved past zero.",
    "One that is at most λ in size becomes exactly zero.",
)
FIRST_ORDER = Misconception(
    "first order only",
    "This takes 1 − λ for the factor.",
    "That is its approximation for a small λ; compute the fraction itself.",
)
BOTH_DROP = Misconception(
    "dropped by both",
    "This is the probability that both layers drop an element.",
    "It is lost as soon as one of them drops it.",
)
EFFECTS_TOGETHER = Misconception(
    "both effects together",
    "This is the difference of the two losses, which holds both effects.",
    "Compare each of them with the loss that `evaluate` gives.",
)
ONE_CHANNEL = Misconception(
    "one channel only",
    "This counts a single channel.",
    "Multiply by the number of channels.",
)
POSITIONS_FOR_CHANNELS = Misconception(
    "one for each position",
    "This counts the positions.",
    "`SpatialDropout2D` keeps or drops whole channels.",
)
ROOT_TAKEN = Misconception(
    "divided by the root of the number",
    "This divides by the root of the number.",
    "A standard deviation falls with the root, a variance with the number itself.",
)
AROUND_ZERO = Misconception(
    "centred on zero",
    "This interval is centred on zero.",
    "It is centred on the mean.",
)
