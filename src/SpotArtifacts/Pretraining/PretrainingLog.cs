using Microsoft.Extensions.Logging;

namespace SpotArtifacts.Pretraining;

/// <summary>What pre-training, and the use of what it has left, says while it works. The texts are what <c>spot</c> prints.</summary>
internal static partial class PretrainingLog
{
    [LoggerMessage(101, LogLevel.Information, "the run is finished; its weights are in {Weights}")]
    internal static partial void RunIsFinished(this ILogger logger, string weights);

    [LoggerMessage(102, LogLevel.Information, "the run ended before its first checkpoint: it begins at its first step")]
    internal static partial void RunBeginsAgain(this ILogger logger);

    [LoggerMessage(103, LogLevel.Warning, "{Checkpoint} is missing: the run begins at its first step again")]
    internal static partial void CheckpointIsMissing(this ILogger logger, string checkpoint);

    [LoggerMessage(104, LogLevel.Information, "{Source}")]
    internal static partial void SourceOpened(this ILogger logger, string source);

    [LoggerMessage(105, LogLevel.Information, "{Images} images{Use}")]
    internal static partial void ImagesOpened(this ILogger logger, int images, string use);

    [LoggerMessage(106, LogLevel.Information, "shards in random order, shuffled within {Buffer} images")]
    internal static partial void ShardsAreShuffled(this ILogger logger, int buffer);

    [LoggerMessage(107, LogLevel.Information, "{Ranks}")]
    internal static partial void RanksTrainTogether(this ILogger logger, string ranks);

    [LoggerMessage(108, LogLevel.Warning, "{Warning}")]
    internal static partial void LibtorchDiffers(this ILogger logger, string warning);

    [LoggerMessage(109, LogLevel.Information, "trained on {Device} in {Precision}")]
    internal static partial void TrainsOn(this ILogger logger, string device, string precision);

    [LoggerMessage(110, LogLevel.Information, "the packed pixels lie on {Device}, and batches are made there")]
    internal static partial void PixelsLieOn(this ILogger logger, string device);

    [LoggerMessage(111, LogLevel.Information, "stage 1 is taken from {Source}")]
    internal static partial void AutoencoderIsTaken(this ILogger logger, string source);

    [LoggerMessage(112, LogLevel.Information, "continuing {Stage} after step {Step}")]
    internal static partial void StageContinues(this ILogger logger, string stage, long step);

    [LoggerMessage(113, LogLevel.Information, "checkpoint of step {Step} of {Stage} written, as asked")]
    internal static partial void CheckpointWasAsked(this ILogger logger, long step, string stage);

    [LoggerMessage(114, LogLevel.Warning, "{Advice}")]
    internal static partial void GameIsOutOfBalance(this ILogger logger, string advice);

    [LoggerMessage(115, LogLevel.Information, "{Exchange}")]
    internal static partial void RanksExchanged(this ILogger logger, string exchange);

    [LoggerMessage(116, LogLevel.Warning, "{Count} damaged images were skipped, {First} ({Reason}) first; {List} names all")]
    internal static partial void ImagesWereSkipped(this ILogger logger, int count, string first, string reason, string list);

    [LoggerMessage(117, LogLevel.Information, "weights written to {Weights}")]
    internal static partial void WeightsWritten(this ILogger logger, string weights);

    [LoggerMessage(118, LogLevel.Warning,
        "{List} is missing, as in runs of earlier versions: the images are taken for those of the run")]
    internal static partial void ImageListIsMissing(this ILogger logger, string list);

    [LoggerMessage(119, LogLevel.Warning, "going on although the images are not those the run began with: {Difference}")]
    internal static partial void ImagesDiffer(this ILogger logger, string difference);

    [LoggerMessage(120, LogLevel.Warning, "the run is not finished; its checkpoint of step {Step} is used")]
    internal static partial void RunIsUnfinished(this ILogger logger, long step);

    [LoggerMessage(121, LogLevel.Warning, "left out: {Damage}")]
    internal static partial void ImageLeftOut(this ILogger logger, string damage);

    [LoggerMessage(122, LogLevel.Information,
        "fitting what all layers say together on {Count} of the {All} images the network was trained on; that is done once")]
    internal static partial void WhiteningIsFitted(this ILogger logger, int count, int all);

    [LoggerMessage(123, LogLevel.Warning,
        "conv2 alone is used (as --layer conv2 says without this notice): {Why}. {Remedy}")]
    internal static partial void WhiteningIsMissing(this ILogger logger, string why, string remedy);
}
