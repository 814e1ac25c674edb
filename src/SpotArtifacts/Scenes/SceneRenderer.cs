using System.Numerics;
using SpotArtifacts.Images;

namespace SpotArtifacts.Scenes;

/// <summary>Ray-marches a scene: analytic floor and wall, a signed distance for the object, soft shadow, contact shade.</summary>
internal sealed class SceneRenderer(Scene scene)
{
    private const int MaxSteps = 32;
    private const float Touching = 0.004f;

    /// <summary>Renders a square picture with 2 x 2 samples per pixel.</summary>
    public RgbImage Render(int size)
    {
        var image = new RgbImage(size, size);
        float step = 1f / size;
        for (int row = 0; row < size; row++)
        {
            for (int column = 0; column < size; column++)
            {
                float x = (((2 * column) + 1) * step) - 1, y = 1 - (((2 * row) + 1) * step);
                float half = step / 2;
                var light = Sample(x - half, y - half) + Sample(x + half, y - half) + Sample(x - half, y + half)
                    + Sample(x + half, y + half);
                var display = Vector3.SquareRoot(light / 4); // gamma 2
                Store(image.Pixels, 3 * ((row * size) + column), display);
            }
        }

        return image;
    }

    /// <summary>Which pixels of a picture of that size show the object at their centre: size * size values, row by row.</summary>
    public bool[] Cover(int size)
    {
        var covered = new bool[size * size];
        for (int i = 0; i < covered.Length; i++)
        {
            float x = (((2 * (i % size)) + 1f) / size) - 1, y = 1 - (((2 * (i / size)) + 1f) / size);
            covered[i] = TryHit(Vector3.Normalize(scene.Forward + (scene.Right * x) + (scene.Above * y)), out _);
        }

        return covered;
    }

    private static void Store(byte[] pixels, int at, Vector3 display)
    {
        var bytes = (Vector3.Clamp(display, Vector3.Zero, Vector3.One) * 255) + new Vector3(0.5f);
        pixels[at] = (byte)bytes.X;
        pixels[at + 1] = (byte)bytes.Y;
        pixels[at + 2] = (byte)bytes.Z;
    }

    /// <summary>Linear light seen along one ray; x and y in [-1, 1], right and up.</summary>
    private Vector3 Sample(float x, float y)
    {
        var direction = Vector3.Normalize(scene.Forward + (scene.Right * x) + (scene.Above * y));
        return TryHit(direction, out var point) ? ShadeObject(point, direction) : ShadeSurroundings(direction);
    }

    private bool TryHit(Vector3 direction, out Vector3 point)
    {
        point = default;
        float middle = -Vector3.Dot(scene.Eye, direction);
        float inside = 1 - scene.Eye.LengthSquared() + (middle * middle);
        if (inside <= 0)
            return false;
        float chord = MathF.Sqrt(inside);
        float travelled = middle - chord;
        for (int i = 0; i < MaxSteps && travelled < middle + chord; i++)
        {
            point = scene.Eye + (direction * travelled);
            float gap = scene.Solid.DistanceTo(point);
            if (gap < Touching)
                return true;
            travelled += gap;
        }

        return false;
    }

    private Vector3 ShadeObject(Vector3 point, Vector3 direction)
    {
        var normal = scene.Solid.NormalAt(point);
        float facing = Vector3.Dot(normal, scene.ToLamp);
        float lit = facing > 0 ? facing * LampSeen(point + (normal * 0.03f)) : 0;
        float open = Math.Clamp(scene.Solid.DistanceTo(point + (normal * 0.15f)) / 0.15f, 0.3f, 1);
        float sky = 0.6f + (0.4f * Vector3.Dot(normal, scene.Up));
        float rim = 0.55f + (0.45f * Math.Clamp(-2.5f * Vector3.Dot(normal, direction), 0, 1));
        float light = ((scene.Ambient * open * sky) + (lit * (1.25f - scene.Ambient))) * rim;
        var gloss = Vector3.Reflect(-scene.ToLamp, normal);
        float highlight = lit > 0 ? MathF.Pow(MathF.Max(-Vector3.Dot(gloss, direction), 0), 16) * 0.12f : 0;
        return (scene.ObjectTexture.At(point) * light) + new Vector3(highlight);
    }

    private Vector3 ShadeSurroundings(Vector3 direction)
    {
        float falling = Vector3.Dot(scene.Up, direction);
        float toFloor = falling < 0 ? (scene.FloorHeight - Vector3.Dot(scene.Up, scene.Eye)) / falling : float.MaxValue;
        float nearing = Vector3.Dot(scene.WallNormal, direction);
        float toWall = nearing < 0 ? (scene.WallOffset - Vector3.Dot(scene.WallNormal, scene.Eye)) / nearing : float.MaxValue;
        bool floor = toFloor < toWall;
        var point = scene.Eye + (direction * MathF.Min(floor ? toFloor : toWall, 50));
        var normal = floor ? scene.Up : scene.WallNormal;
        float lit = MathF.Max(Vector3.Dot(normal, scene.ToLamp), 0.2f) * LampSeen(point);
        float light = (scene.Ambient * NearObject(point)) + (lit * (1.25f - scene.Ambient));
        return (floor ? scene.FloorTexture : scene.WallTexture).At(point) * light;
    }

    /// <summary>Contact shade: 0.35 where a surface touches the object, 1 from a little away.</summary>
    private float NearObject(Vector3 point) =>
        point.LengthSquared() > 2 ? 1 : Math.Clamp(0.35f + (scene.Solid.DistanceTo(point) * 1.6f), 0.35f, 1);

    /// <summary>Share of the lamp seen from a point, 0 to 1; the penumbra grows with the distance from the occluder.</summary>
    private float LampSeen(Vector3 point)
    {
        var direction = scene.ToLamp;
        float middle = -Vector3.Dot(point, direction);
        float inside = 1 - point.LengthSquared() + (middle * middle);
        if (inside <= 0)
            return 1;
        float chord = MathF.Sqrt(inside);
        float end = middle + chord;
        float travelled = MathF.Max(middle - chord, 0.02f);
        float seen = 1;
        for (int i = 0; i < 14 && travelled < end; i++)
        {
            float gap = scene.Solid.DistanceTo(point + (direction * travelled));
            seen = MathF.Min(seen, 7 * gap / travelled);
            if (seen < 0.02f)
                return 0;
            travelled += MathF.Max(gap, 0.04f);
        }

        return MathF.Max(seen, 0);
    }
}
