using System.Numerics;

namespace SpotArtifacts.Scenes;

/// <summary>
/// Everything one picture shows, drawn from its stream and turned into the object's own coordinates, so that the renderer
/// transforms nothing per ray. A picture = one object standing on a floor before a wall, one lamp, one camera.
/// </summary>
internal sealed class Scene
{
    /// <summary>Tangent of half the field of view: narrow, so that shapes are little distorted.</summary>
    private const float HalfView = 0.3f;

    /// <summary>Draws the scene of a class.</summary>
    /// <param name="solid">The object, proportions drawn.</param>
    /// <param name="random">The picture's stream.</param>
    public Scene(Solid solid, SceneRandom random)
    {
        Solid = solid;
        // World to object: the inverse of yaw, then a small tilt.
        var tilt = Quaternion.CreateFromYawPitchRoll(0, random.Within(0.35f), random.Within(0.35f));
        var pose = Quaternion.Concatenate(Quaternion.CreateFromAxisAngle(Vector3.UnitY, random.Within(solid.MaxYaw)), tilt);
        var toObject = Quaternion.Conjugate(pose);
        PlaceCamera(random, toObject);
        Up = Vector3.Transform(Vector3.UnitY, toObject);
        FloorHeight = LowestPoint(solid, Up, pose);
        float wallTurn = random.Within(0.5f);
        WallNormal = Vector3.Transform(new Vector3(MathF.Sin(wallTurn), 0, MathF.Cos(wallTurn)), toObject);
        WallOffset = -random.Range(1.3f, 3f);
        float side = random.Within(1.3f), height = random.Range(0.6f, 1.2f);
        var lamp = new Vector3(MathF.Sin(side) * MathF.Cos(height), MathF.Sin(height), MathF.Cos(side) * MathF.Cos(height));
        ToLamp = Vector3.Transform(lamp, toObject);
        Ambient = random.Range(0.3f, 0.5f);
        PaintSurfaces(random);
    }

    public Solid Solid { get; }

    public Vector3 Eye { get; private set; }

    /// <summary>From the eye to the middle of the view.</summary>
    public Vector3 Forward { get; private set; }

    /// <summary>From the middle of the view to its right edge, and to its upper edge.</summary>
    public Vector3 Right { get; private set; }

    /// <inheritdoc cref="Right"/>
    public Vector3 Above { get; private set; }

    /// <summary>The floor: points with dot(Up, p) = FloorHeight.</summary>
    public Vector3 Up { get; }

    public float FloorHeight { get; }

    /// <summary>The wall: points with dot(WallNormal, p) = WallOffset.</summary>
    public Vector3 WallNormal { get; }

    public float WallOffset { get; }

    public Vector3 ToLamp { get; }

    /// <summary>Share of the light that comes from everywhere.</summary>
    public float Ambient { get; }

    public SolidTexture ObjectTexture { get; private set; } = null!;

    public SolidTexture FloorTexture { get; private set; } = null!;

    public SolidTexture WallTexture { get; private set; } = null!;

    private void PlaceCamera(SceneRandom random, Quaternion toObject)
    {
        float elevation = random.Range(0.15f, 0.65f);
        float roll = random.Within(0.25f);
        float fill = random.Range(0.55f, 0.92f);
        float slack = 1 - fill;
        float away = MathF.Sqrt(1 + (1 / (fill * fill * HalfView * HalfView)));
        var forward = new Vector3(0, -MathF.Sin(elevation), -MathF.Cos(elevation));
        var upward = new Vector3(0, MathF.Cos(elevation), -MathF.Sin(elevation));
        var right = (Vector3.UnitX * MathF.Cos(roll)) + (upward * MathF.Sin(roll));
        var above = Vector3.Cross(right, forward);
        var eye = -away * (forward + (HalfView * ((right * random.Within(slack)) + (above * random.Within(slack)))));
        Eye = Vector3.Transform(eye, toObject);
        Forward = Vector3.Transform(forward, toObject);
        Right = Vector3.Transform(right, toObject) * HalfView;
        Above = Vector3.Transform(above, toObject) * HalfView;
    }

    /// <summary>
    /// The object always differs from what is behind it in lightness, darker as often as lighter: shape can be seen, yet no
    /// pixel's value says anything about the class.
    /// </summary>
    private void PaintSurfaces(SceneRandom random)
    {
        float gap = random.Range(0.22f, 0.44f) * random.Sign();
        float middle = random.Range(0.45f, 0.58f);
        ObjectTexture = new SolidTexture(random, middle + (gap / 2));
        FloorTexture = new SolidTexture(random, middle - (gap / 2));
        WallTexture = new SolidTexture(random, middle - (gap / 2) + random.Within(0.06f));
    }

    /// <summary>Height of the floor that the tilted object touches: vertical rays marched upwards from below.</summary>
    private static float LowestPoint(Solid solid, Vector3 up, Quaternion pose)
    {
        const int Rays = 12;
        const float Below = -1.05f;
        var toObject = Quaternion.Conjugate(pose);
        float lowest = 0;
        for (int i = 0; i < Rays * Rays; i++)
        {
            float x = ((i % Rays) + 0.5f) * 2 / Rays - 1, z = ((i / Rays) + 0.5f) * 2 / Rays - 1;
            var start = Vector3.Transform(new Vector3(x, Below, z), toObject);
            float travelled = 0;
            float gap = 1;
            while (gap > 0.01f && Below + travelled < lowest)
            {
                gap = solid.DistanceTo(start + (up * travelled));
                travelled += gap;
            }

            if (gap <= 0.01f)
                lowest = MathF.Min(lowest, Below + travelled);
        }

        return lowest;
    }
}
